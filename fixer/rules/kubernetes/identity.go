package kubernetes

import (
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	"oakum/fixer"
	"oakum/fixer/container"
	"oakum/fixer/image"
	"oakum/fixer/kube"
)

// need is what a container lacks to be sure not to run as root.
type need int

const (
	settled need = iota // runAsNonRoot holds
	flag                // it does not run as root; only the flag is missing
	account             // it has to be told whom to run as
	nothing             // no sound answer is known
)

// An identity is what is known of whom a container runs as, and what to do.
type identity struct {
	container kube.Container
	profile   *container.Profile
	need      need
	level     fixer.Level
	user      image.Identity // for account
	groupOnly bool           // the manifest gives the group already
	room      []string       // paths that need an empty volume to start as user
	env, path string         // a variable for a folder below a mount
	says      string         // for the message
	breaks    string
	advice    string
	evidence  []fixer.Evidence
}

// nobodyInParticular is the number that distroless and hardened images use for
// a user without rights.
const nobodyInParticular = 65532

// identify works out one container's identity.
func identify(p *fixer.Pass, c kube.Container) identity {
	id := identity{container: c, says: "may run as root"}
	set, inherited := c.Security("runAsNonRoot")
	told, _ := c.Security("runAsUser")
	uid, explicit := told.Int()
	if isTrue(set) && !(explicit && uid == 0) {
		return id
	}
	if isFalse(set) && !inherited {
		id.says = "says that it may run as root"
	}
	id.profile = container.OfImage(p, c.Image)
	id.evidence = id.profile.Evidence
	group, _ := c.Security("runAsGroup")
	id.groupOnly = !group.Null()

	start := id.profile.User
	switch {
	case explicit && uid != 0:
		id.need, id.level = flag, fixer.Safe
		id.says = fmt.Sprintf("runs as user %d, but nothing holds it to that", uid)
		id.evidence = []fixer.Evidence{{Kind: fixer.FromManifest, Text: fmt.Sprintf("runAsUser is %d", uid)}}
	case explicit:
		id.says = "is told to run as root"
		if isTrue(set) {
			id.says += " and not to, so the kubelet refuses to start it"
		}
		id.leaveRoot()
	case start.IsNonRoot() && start.Numeric && id.profile.Sound:
		id.need, id.level = flag, fixer.Safe
		id.says = "runs as " + start.String() + " by its image, but nothing holds it to that"
	case start.IsNonRoot() && start.Numeric && id.profile.Older != "":
		id.need, id.level, id.user = account, fixer.Review, start
		id.breaks = "the image that runs may be older than its Dockerfile: the kubelet starts it as " + strconv.Itoa(start.UID) + " all the same, and it fails where its files are root's until it is built again"
	case start.IsNonRoot() && start.Numeric:
		id.need, id.level = flag, fixer.Review
		id.breaks = "the kubelet refuses the container if its image starts as root after all"
	case start.IsNonRoot():
		id.need, id.level, id.user = account, fixer.Review, start
		id.says += ", and its image names its user instead of giving a number"
		id.breaks = "the kubelet cannot check a user given by name, so the number is written: it fails if the image gives the name another number"
	default:
		id.leaveRoot()
	}
	return id
}

// leaveRoot says what can be done for a container that starts as root, or as
// nobody knows what.
func (id *identity) leaveRoot() {
	id.need, id.level = account, fixer.Review
	e := id.profile.Entry
	files := hostMounts(id.container)
	powers := slices.DeleteFunc(added(id.container), func(name string) bool { return slices.Contains(beneath, name) })
	switch {
	case len(powers) > 0:
		id.need, id.advice = nothing, "it adds "+strings.Join(powers, ", ")+", which is of use to root alone: find out whether it can do without before giving it a user"
	case len(files) > 0 && !id.profile.User.IsNonRoot():
		id.need, id.advice = nothing, "it works on files of its node ("+strings.Join(files, ", ")+"), which mostly belong to root: find out whom they belong to before giving it a user"
	case belowRoot(id.container) != "" && (e != nil || id.profile.BuiltHere()):
		id.need, id.advice = nothing, "it finds "+belowRoot(id.container)+" in the home of root, which nobody else may enter: mount it elsewhere, tell the program, and then give it a user"
	case !id.container.Workload.TakesPodSecurity() && len(lowPorts(id.container, id.profile)) > 0:
		id.need, id.advice = nothing, "it listens on port "+strings.Join(lowPorts(id.container, id.profile), ", ")+", which Knative lets only root bind: let it listen on the port above 1024 that Knative gives it in PORT"
	case id.profile.MustBeRoot():
		id.need, id.advice = nothing, mustBeRoot(id.profile)
	case id.profile.StepsDown() != "":
		id.need, id.advice = nothing, id.profile.Build.Path+" brings "+id.profile.StepsDown()+", so that the program most likely starts as root and becomes another user by itself: give it that user's number once it has been seen to start so"
	case e == nil || id.profile.BuiltHere() || e.NonRoot.Support == image.SupportApp:
		id.unknownApplication()
	default:
		id.knownImage(e)
	}
}

func mustBeRoot(profile *container.Profile) string {
	advice := profile.Entry.ID + " must start as root"
	if alt := profile.Entry.Alternatives; len(alt) > 0 {
		advice += "; an image that need not: " + alt[0].Image
	}
	return advice
}

// unknownApplication runs a program of which nobody knows whom it works as.
func (id *identity) unknownApplication() {
	id.user = image.Identity{UID: nobodyInParticular, GID: nobodyInParticular, KnownUID: true, KnownGID: true}
	if e := id.profile.Entry; e != nil && e.Service != nil && e.Service.IsNonRoot() {
		id.user = *e.Service
	}
	who := strconv.Itoa(id.user.UID)
	id.breaks = "nothing is known of the image: it fails if it needs root, or writes to what user " + who + " does not own"
	if id.profile.BuiltHere() {
		id.breaks = "the image starts as root: it fails if it writes to what user " + who + " does not own; better to set USER in " + id.profile.Build.Path
	}
	if why := keepsData(id.container); why != "" {
		id.breaks = why + ": it fails as a user who does not own the folders of its data; give the number of its own user"
	}
	if at := belowRoot(id.container); at != "" {
		id.breaks = "it finds " + at + " in the home of root, which most images let nobody else enter: it fails until that is mounted elsewhere, and the program told"
	}
}

// knownImage runs an image of the table as the account it is known to work as.
func (id *identity) knownImage(e *image.Entry) {
	user, ok := id.profile.RunAs()
	if !ok && e.NonRoot.AnyUID {
		user, ok = image.Identity{UID: nobodyInParticular, GID: nobodyInParticular, KnownUID: true, KnownGID: true}, true
	}
	if !ok {
		id.need, id.advice = nothing, "nothing is known of a user that "+e.ID+" runs as without root"
		return
	}
	id.user = user
	id.breaks = "the container fails if a volume holds files of another user"
	if conditions := e.NonRoot.Conditions; len(conditions) > 0 {
		id.breaks = "it works as " + user.String() + " on these conditions: " + strings.Join(conditions, "; ")
	}
	if e.NonRoot.Support == image.SupportConditional {
		// The folders of the image belong to root: without volumes in their
		// place it would not start.
		r := roomFor(e, id.container)
		switch {
		case r.hidden != "":
			id.need, id.advice = nothing, r.advice(e)+", writable to "+user.String()
			return
		case !e.Verified(image.FieldNonRoot):
			id.need, id.advice = nothing, e.ID+" is said to run as "+user.String()+", which nobody has verified: "+strings.Join(e.NonRoot.Conditions, "; ")
			return
		}
		id.room = r.paths
	}
	if id.env, id.path = dataFolder(e, id.container); id.path != "" {
		id.breaks = "a database that is in the volume already is not found at the new " + id.env + ": keep it where it is with an empty folder parameter, or move it"
	}
}

// dataFolder returns the variable and the folder below its mount that a
// database needs when its volume belongs to a group and not to its user: it
// refuses to keep its files in a folder that it cannot make its own.
//
// Where variables come from elsewhere as a whole, it may be set there.
func dataFolder(e *image.Entry, c kube.Container) (env, folder string) {
	if c.Node.Get("envFrom").Len() > 0 {
		return "", ""
	}
	for _, mount := range claims(c) {
		for name, template := range e.Kubernetes.Env {
			at := strings.ReplaceAll(template, "<mount>", mount)
			if at != template && holdsData(e, mount) && !hasEnv(c, name) {
				return name, at
			}
		}
	}
	return "", ""
}

// holdsData reports whether a mount is where the image keeps its data.
func holdsData(e *image.Entry, mount string) bool {
	for _, v := range e.Volumes {
		if v.Path == mount {
			return true
		}
	}
	return false
}

func hasEnv(c kube.Container, name string) bool {
	for _, v := range c.Node.Get("env").List() {
		if v.Get("name").Text() == name {
			return true
		}
	}
	return false
}

// belowRoot returns what the container mounts in the home of root, or "".
func belowRoot(c kube.Container) string {
	for _, m := range c.Node.Get("volumeMounts").List() {
		if at := path.Clean(m.Get("mountPath").Text()); strings.HasPrefix(at, "/root/") {
			return at
		}
	}
	return ""
}

// A podIdentity is the identities of a pod's containers together.
type podIdentity struct {
	workload   *kube.Workload
	containers []identity

	// shared says that every container needs the same, that none says anything
	// of its own, and that the pod takes it: it is written once, for the pod.
	shared bool
}

func identifyPod(p *fixer.Pass, w *kube.Workload) podIdentity {
	out := podIdentity{workload: w, shared: w.TakesPodSecurity()}
	for _, c := range w.Containers() {
		id := identify(p, c)
		out.containers = append(out.containers, id)
		first := out.containers[0]
		if id.need != first.need || id.level != first.level || id.user != first.user || saysOwn(c) {
			out.shared = false
		}
	}
	return out
}

// saysOwn reports whether a container has a setting of its own that the pod's
// would not reach.
func saysOwn(c kube.Container) bool {
	own := c.Node.Get("securityContext")
	return !own.Get("runAsNonRoot").Null() || !own.Get("runAsUser").Null() || !own.Get("runAsGroup").Null()
}

// hostMounts returns the folders of the node that a container mounts.
func hostMounts(c kube.Container) []string {
	host := map[string]string{}
	for _, v := range c.Workload.Pod.Get("volumes").List() {
		if at := v.Get("hostPath").Get("path").Text(); at != "" {
			host[v.Get("name").Text()] = at
		}
	}
	var out []string
	for _, m := range c.Node.Get("volumeMounts").List() {
		if at := host[m.Get("name").Text()]; at != "" && !slices.Contains(out, at) {
			out = append(out, at)
		}
	}
	return out
}
