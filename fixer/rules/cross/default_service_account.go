package cross

import (
	"cmp"
	_ "embed"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/kube"
	"github.com/oakum-sec/oakum/fixer/text"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

//go:embed default_service_account.md
var defaultServiceAccountDoc string

// DefaultServiceAccount reports workloads that use the default service account.
// Whether permissions can be moved with them depends on who else runs as the same
// account, so the rule looks at all files together.
var DefaultServiceAccount = &fixer.Rule{
	Name:     "cross/default-service-account",
	Title:    "use of the default service account",
	Severity: fixer.Low,
	Phase:    fixer.Permissions,
	Reads:    []fixer.Kind{fixer.Kubernetes},
	References: []fixer.Reference{
		{Source: fixer.CISKubernetes, ID: "5.1.5"},
		{Source: fixer.Checkov, ID: "CKV_K8S_41"},
		{Source: fixer.Checkov, ID: "CKV_K8S_42"},
		{Source: fixer.KubeLinter, ID: "default-service-account"},
		{Source: fixer.Kubescape, ID: "C-0189"},
		{Source: fixer.KICSKubernetes, ID: "591ade62-d6b0-4580-b1ae-209f80ba1cd9", Title: "Service Account Name Undefined Or Empty"},
		{Source: fixer.Kubesec, ID: "ServiceAccountName"},
	},
	Params: []fixer.Param{paramAccount},
	Doc:    defaultServiceAccountDoc,
	Check: func(p *fixer.Pass) {
		a := allAccounts.Of(p)
		users, perNamespace := defaultUsers(p.Snapshot, a)
		for _, u := range users {
			others := perNamespace[""] + perNamespace[u.Namespace]
			if u.Namespace == "" {
				others = len(users)
			}
			if u.why != "" || others == 1 { // else kubernetes/rbac-default-service-account speaks of the binding
				f := u.finding(a, others == 1)
				if len(users) > maxAccounts {
					f.Fixes, f.Advice = nil, byHand
				}
				p.Report(f)
			}
		}
	},
}

var paramAccount = fixer.Param{
	Name: "account", Meaning: "name of the new ServiceAccount",
	Validate: func(s string) error {
		if s == "default" {
			return errors.New("a name other than default")
		}
		return kube.ValidName(s)
	},
}

const byHand = "Create a ServiceAccount for this workload, bind the role the application needs to it, and name it in serviceAccountName"

// maxAccounts is how many accounts are made: more than repositories need. Two
// documents at the end of one file are written one after the other, each on a
// new reading of all files.
const maxAccounts = 100

// A defaultUser is a workload that keeps the token of the account default.
type defaultUser struct {
	*kube.Workload
	file  string
	why   string // it is known to use the token; "" where only rights of default show it
	bound string // then, by what it has them
}

// defaultUsers returns the workloads that keep the token of the account
// default, and how many there are by namespace, as written.
func defaultUsers(snap *fixer.Snapshot, a accounts) ([]defaultUser, map[string]int) {
	var out []defaultUser
	count := map[string]int{}
	for f := range snap.Files() {
		for n, o := range f.Objects {
			w := o.Workload()
			if w == nil || w.Partial || !takesPodFields(w) || accountName(w) != "default" || tokenOff(w, a.declaredFor(w, "default")) || givenAccount(snap.Forms(f, n)) {
				continue
			}
			u := defaultUser{Workload: w, file: f.Path}
			if u.why = showsUse(w); u.why == "" {
				bound := a.boundFor(w, "default")
				if len(bound) == 0 {
					continue // cross/service-account-token
				}
				u.bound = bound[0].ID() + " in " + bound[0].file + " grants permissions to the default service account"
			}
			out = append(out, u)
			count[w.Namespace]++
		}
	}
	return out, count
}

// givenAccount reports whether a kustomization gives a workload an account, in
// one of the forms in which it is built.
func givenAccount(forms []*kube.Workload) bool {
	return slices.ContainsFunc(forms, func(w *kube.Workload) bool { return accountName(w) != "default" })
}

// ownClient matches the last part of the names of images that are nothing but
// clients of the API. Less is known of most names that [usesAPI] goes by, which
// is enough to leave a token alone, and not to keep it for good.
var ownClient = text.Regexp(`(^|-)(kubectl|operator|controller|provisioner|autoscaler|descheduler|external-dns|cert-manager|kube-state-metrics)(:|@|$)`)

// showsUse says what shows that a workload uses its token, or nothing.
func showsUse(w *kube.Workload) string {
	if !w.Pod.Get("automountServiceAccountToken").Null() {
		return "automountServiceAccountToken is true"
	}
	for _, c := range w.Containers() {
		if name := path.Base(c.Image); ownClient().MatchString(name) {
			return "The image " + name + " is a client of the Kubernetes API"
		}
		if mention := mentionsAPI(c); mention != "" {
			return fmt.Sprintf("%s has %q in its command, arguments or variables, as clients of the Kubernetes API do", c.Subject(), mention)
		}
	}
	return ""
}

// finding reports one workload. alone says that no other one can have the
// rights of the same account.
func (u defaultUser) finding(a accounts, alone bool) fixer.Finding {
	at := u.NameNode()
	f := fixer.Finding{
		File: u.file, Path: u.ID(), Start: at.Start, End: at.End,
		Message:  fmt.Sprintf("%s uses the default service account, which all pods in the namespace share", u.ID()),
		Evidence: []fixer.Evidence{{Kind: fixer.FromManifest, Text: cmp.Or(u.why, u.bound)}},
	}
	name := strings.Trim(u.Name, "-")
	move, unclear := a.rightsOf(u.Workload)
	declared := a.declaredFor(u.Workload, "default")
	if identity := cloudIdentity(declared); identity != "" && unclear == "" {
		unclear = "the default service account has an identity of the cloud by " + identity + ", which is given to this service account alone"
	}
	switch {
	case unclear != "":
		f.Advice = text.Sentences(byHand, "Not fixed automatically: "+unclear)
	case len(move) > 0 && !alone:
		f.Advice = text.Sentences(byHand, "Not fixed automatically: several workloads use the default service account, and no file says which of them needs the permissions")
	case kube.ValidName(name) != nil || name == "default":
		f.Advice = byHand
	default:
		f.Fixes = []fixer.Fix{u.ownAccount(name, move, pullSecrets(u.Workload, declared))}
	}
	return f
}

// ownAccount makes an account for the workload and moves rights to it.
func (u defaultUser) ownAccount(name string, move []boundSubject, secrets []string) fixer.Fix {
	fix := fixer.Fix{
		ID:     "own-account",
		Title:  "Create a dedicated service account and set serviceAccountName",
		Level:  fixer.Review,
		Breaks: "Permissions and image pull secrets given to the default service account outside these files are lost. A bare Pod is rejected until the new service account exists: apply the file twice",
		Verify: "kubectl auth can-i --list --as=system:serviceaccount:NAMESPACE:" + text.ShellWord(name) + "\nlists the permissions the application needs\n\nkubectl logs POD\nshows no forbidden request",
		Params: []fixer.Param{paramAccount.With(name)},
	}
	if len(move) > 0 {
		fix.Title = "Create a dedicated service account, move the permissions of the default one to it, and set serviceAccountName"
	}
	fix.Edit = func(d *fixer.Draft) error { return u.edit(d, d.Param("account"), move, secrets) }
	return fix
}

func (u defaultUser) edit(d *fixer.Draft, name string, move []boundSubject, secrets []string) error {
	if err := taken(d.Snapshot, u.Workload, name); err != nil {
		return err
	}
	content := []yamldoc.Op{kube.NewMeta(name, u.Namespace), yamldoc.Set(yamldoc.P("automountServiceAccountToken"), false)}
	for _, secret := range secrets {
		content = append(content, yamldoc.Append(yamldoc.P("imagePullSecrets"), yamldoc.Map{{Key: "name", Value: secret}}))
	}
	data, err := kube.NewDocument("# Service account of "+u.ID()+" only. Bind the role that the application needs.\n", "ServiceAccount", content...)
	if err != nil {
		return err
	}
	d.At(u.file).Document(string(data))
	ops := []yamldoc.Op{yamldoc.Set(u.PodPath.Join("serviceAccountName"), name)}
	if u.Pod.Get("serviceAccount") != nil {
		ops = append(ops, yamldoc.Remove(u.PodPath.Join("serviceAccount"))) // the deprecated name of the field
	}
	if u.Pod.Get("automountServiceAccountToken").Null() {
		ops = append(ops, yamldoc.Set(u.PodPath.Join("automountServiceAccountToken"), true))
	}
	d.At(u.file).YAML(u.Doc, ops...)
	for _, s := range move {
		d.At(s.file).YAML(s.Doc, yamldoc.Set(s.path.Join("name"), name))
	}
	return nil
}

// pullSecrets returns the secrets for image registries that a workload has by its declared
// account alone.
func pullSecrets(w *kube.Workload, declared []*kube.Object) []string {
	var out []string
	for _, o := range declared {
		for _, s := range o.Node.Get("imagePullSecrets").List() {
			if name := s.Get("name").Text(); name != "" && !slices.Contains(out, name) && w.Pod.Get("imagePullSecrets").Len() == 0 {
				out = append(out, name)
			}
		}
	}
	return out
}

// cloudIdentity returns the annotation that gives declared accounts an identity of their
// cloud, "" without one.
func cloudIdentity(declared []*kube.Object) string {
	for _, o := range declared {
		for key := range o.Node.Get("metadata").Get("annotations").All() {
			switch key {
			case "eks.amazonaws.com/role-arn", "iam.gke.io/gcp-service-account", "azure.workload.identity/client-id":
				return key
			}
		}
	}
	return ""
}

// taken refuses a name that stands for an account already: one that a file
// declares, and one of which only its rights or its pods are seen.
func taken(snap *fixer.Snapshot, w *kube.Workload, name string) error {
	a := readAccounts(snap.Files())
	if len(a.declaredFor(w, name)) > 0 {
		return fixer.Refuse("the service account %s already exists: name it in serviceAccountName if it is meant for this workload, or choose another name", name)
	}
	if bound := a.boundFor(w, name); len(bound) > 0 {
		return fixer.Refuse("the service account %s already exists, and %s in %s grants it permissions: choose another name", name, bound[0].ID(), path.Base(bound[0].file))
	}
	for f := range snap.Files() {
		for _, o := range f.Objects {
			if other := o.Workload(); other != nil && accountName(other) == name && !apart(other.Namespace, w.Namespace) {
				return fixer.Refuse("%s in %s already uses a service account %s: choose another name", other.ID(), path.Base(f.Path), name)
			}
		}
	}
	return nil
}

// rightsOf returns the subjects that give rights to the account default of a
// workload's namespace. The reason says why that cannot be told.
func (a accounts) rightsOf(w *kube.Workload) (own []boundSubject, unclear string) {
	for _, s := range a.boundFor(w, "default") {
		if s.namespace != w.Namespace {
			return nil, fmt.Sprintf("%s in %s grants permissions to a default service account, and no file says whether this workload runs in the same namespace", s.ID(), path.Base(s.file))
		}
		own = append(own, s)
	}
	return own, ""
}
