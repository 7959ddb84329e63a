package kubernetes

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"oakum/fixer"
	"oakum/fixer/image"
	"oakum/fixer/kube"
	"oakum/fixer/yamldoc"
)

// RunAsNonRoot wants runAsNonRoot: true, with a user that the image works as.
var RunAsNonRoot = &fixer.Rule{
	Name:     "kubernetes/run-as-non-root",
	Title:    "may run as root",
	Severity: fixer.High,
	Kind:     fixer.Kubernetes,
	Doc: fixer.Doc{
		What: `Containers for which neither the container nor the pod sets runAsNonRoot to true. What the image starts as decides the
fix: its Dockerfile in this repository, the registry's configuration, or the image table. An image that must start as root is
reported with what can be done instead.`,
		Why: `A process that escapes its container as user 0 is root on the node. With runAsNonRoot the kubelet refuses to start a
container whose user is root, whatever the image says tomorrow.`,
		Breaks: `If the image starts as root and no user is given, the kubelet refuses the container. If it is given a user that does
not own what it writes to, it fails with "permission denied". An existing volume may hold files of the former user.`,
		Verify: `kubectl exec POD -- id -u   prints a number other than 0`,
		Bad: `apiVersion: v1
kind: Pod
metadata:
  name: cache
spec:
  containers:
  - name: cache
    image: memcached:1.6
`,
		Good: `apiVersion: v1
kind: Pod
metadata:
  name: cache
spec:
  containers:
  - name: cache
    image: memcached:1.6
    securityContext:
      runAsNonRoot: true
      runAsUser: 11211
`,
		References: []fixer.Reference{
			{Source: "Pod Security Standards", ID: "restricted: runAsNonRoot", URL: "https://kubernetes.io/docs/concepts/security/pod-security-standards/"},
			{Source: "CIS Kubernetes", ID: "5.2.7"},
			{Source: "NSA/CISA", ID: "Kubernetes Hardening Guidance, non-root containers"},
			{Source: "Trivy", ID: "KSV-0012"},
			{Source: "Checkov", ID: "CKV_K8S_23"},
			{Source: "kube-linter", ID: "run-as-non-root"},
			{Source: "Kubescape", ID: "C-0013"},
			{Source: "Polaris", ID: "runAsRootAllowed"},
			{Source: "KICS", ID: "Container Running As Root"},
		},
	},
	Check: func(p *fixer.Pass) {
		for _, c := range containers(p) {
			set, inherited := c.Security("runAsNonRoot")
			if isTrue(set) {
				continue
			}
			f := fixer.Finding{Message: fmt.Sprintf("%s %q may run as root", c.Role, c.Name)}
			if isFalse(set) && !inherited {
				f.Message = fmt.Sprintf("%s %q says that it may run as root", c.Role, c.Name)
			}
			user, _ := c.Security("runAsUser")
			uid, explicit := user.Int()
			profile := p.Image(c.Image)
			f.Evidence = profile.Evidence
			switch {
			case explicit && uid != 0:
				f.Evidence = []fixer.Evidence{{Source: "manifest", Text: fmt.Sprintf("runAsUser is %d", uid)}}
				f.Fixes = []fixer.Fix{flagFix(p, c, fixer.Safe)}
			case explicit:
				f.Message = fmt.Sprintf("%s %q is told to run as root", c.Role, c.Name)
				f.Fixes, f.Advice = rootFixes(p, c, profile)
			case profile.User.IsNonRoot() && profile.User.Numeric && profile.Sound:
				f.Fixes = []fixer.Fix{flagFix(p, c, fixer.Safe)}
			case profile.User.IsNonRoot() && profile.User.Numeric:
				fix := flagFix(p, c, fixer.Review)
				fix.Breaks = "the kubelet refuses the container if its image starts as root after all"
				f.Fixes = []fixer.Fix{fix}
			case profile.User.IsNonRoot():
				f.Message += ", and its image names its user instead of giving a number"
				f.Fixes = []fixer.Fix{userFix(p, c, profile.User, "the kubelet cannot check a user given by name, so the number is written; files the image leaves to another group stay readable only if that group is right", false)}
			default:
				f.Fixes, f.Advice = rootFixes(p, c, profile)
			}
			report(p, c, set, f)
		}
	},
}

// flagFix sets runAsNonRoot alone, for a container that does not run as root
// as it is.
func flagFix(p *fixer.Pass, c kube.Container, level fixer.Level) fixer.Fix {
	return fixer.Fix{
		ID:     "flag",
		Title:  "set runAsNonRoot to true",
		Level:  level,
		Verify: "kubectl exec POD -- id -u   prints a number other than 0",
		Edit: func(d *fixer.Draft) error {
			d.YAML(p.File.Path, c.Workload.Doc, yamldoc.Set(securityContext(c, "runAsNonRoot"), true))
			return nil
		},
	}
}

// rootFixes says what can be done for a container that starts as root, or as
// nobody knows what.
func rootFixes(p *fixer.Pass, c kube.Container, profile *fixer.Profile) ([]fixer.Fix, string) {
	if profile.MustBeRoot() {
		return nil, mustBeRoot(profile)
	}
	if id, ok := profile.RunAs(); ok {
		breaks := "the container fails if a volume holds files of another user, or if it must bind a port below 1024"
		if cond := profile.Entry.NonRoot.Conditions; len(cond) > 0 {
			breaks = "the container works as " + id.String() + " on these conditions: " + strings.Join(cond, "; ")
		}
		return []fixer.Fix{userFix(p, c, id, breaks, true)}, ""
	}
	if profile.Entry != nil && profile.Entry.NonRoot.Support == image.SupportUnknown && !profile.BuiltHere() {
		return nil, "nothing is known of a user that " + profile.Entry.ID + " runs as without root"
	}
	id := image.Identity{UID: 65532, GID: 65532, KnownUID: true, KnownGID: true}
	if profile.Entry != nil && profile.Entry.Service != nil && profile.Entry.Service.IsNonRoot() {
		id = *profile.Entry.Service
	}
	breaks := "nothing is known of the image: it fails if it needs root, or writes to what user " + strconv.Itoa(id.UID) + " does not own"
	if profile.BuiltHere() {
		breaks = "the image starts as root: it fails if it writes to what user " + strconv.Itoa(id.UID) + " does not own; better to set USER in " + profile.Build.Path
	}
	return []fixer.Fix{userFix(p, c, id, breaks, true)}, ""
}

func mustBeRoot(profile *fixer.Profile) string {
	advice := profile.Entry.ID + " must start as root"
	if alt := profile.Entry.Alternatives; len(alt) > 0 {
		advice += "; an image that need not: " + alt[0].Image
	}
	return advice
}

// userFix sets runAsNonRoot with the user and group, and where a volume may
// have to be opened to them the pod's fsGroup.
func userFix(p *fixer.Pass, c kube.Container, id image.Identity, breaks string, volumes bool) fixer.Fix {
	gid := id.UID
	if id.KnownGID {
		gid = id.GID
	}
	fix := fixer.Fix{
		ID:     "user",
		Title:  "run as user " + strconv.Itoa(id.UID),
		Level:  fixer.Review,
		Breaks: breaks,
		Verify: "kubectl exec POD -- id -u   prints the user; then write to each of its volumes",
		Params: []fixer.Param{
			{Name: "uid", Meaning: "user id the container runs as, 1 or above", Default: strconv.Itoa(id.UID), Validate: validID(1)},
			{Name: "gid", Meaning: "group id the container runs as, 0 or above", Default: strconv.Itoa(gid), Validate: validID(0)},
		},
	}
	fix.Edit = func(d *fixer.Draft) error {
		uid, _ := strconv.Atoi(d.Param("uid"))
		gid, _ := strconv.Atoi(d.Param("gid"))
		ops := []yamldoc.Op{
			yamldoc.Set(securityContext(c, "runAsNonRoot"), true),
			yamldoc.Set(securityContext(c, "runAsUser"), uid),
		}
		if group, _ := c.Security("runAsGroup"); group.Null() {
			ops = append(ops, yamldoc.Set(securityContext(c, "runAsGroup"), gid))
		}
		if volumes && ownsVolumes(c) && c.Workload.Pod.Get("securityContext").Get("fsGroup").Null() {
			ops = append(ops, yamldoc.Set(c.Workload.PodPath.Join("securityContext", "fsGroup"), gid))
		}
		d.YAML(p.File.Path, c.Workload.Doc, ops...)
		return nil
	}
	return fix
}

// ownsVolumes reports whether the container mounts, writable, a volume whose
// owner fsGroup decides: a claim or a disk, not a Secret or the node's files.
func ownsVolumes(c kube.Container) bool {
	kinds := map[string]string{}
	for _, v := range c.Workload.Pod.Get("volumes").List() {
		for key := range v.All() {
			if key != "name" {
				kinds[v.Get("name").Text()] = key
			}
		}
	}
	for _, t := range c.Workload.Node.Get("spec").Get("volumeClaimTemplates").List() {
		kinds[t.Get("metadata").Get("name").Text()] = "persistentVolumeClaim"
	}
	for _, m := range c.Node.Get("volumeMounts").List() {
		switch kinds[m.Get("name").Text()] {
		case "", "configMap", "secret", "projected", "downwardAPI", "hostPath", "emptyDir":
			continue
		}
		if !isTrue(m.Get("readOnly")) {
			return true
		}
	}
	return false
}

func validID(least int) func(string) error {
	return func(s string) error {
		if n, err := strconv.ParseUint(s, 10, 31); err != nil || int(n) < least {
			return errors.New("a whole number from " + strconv.Itoa(least) + " to 2147483647")
		}
		return nil
	}
}
