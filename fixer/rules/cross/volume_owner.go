package cross

import (
	_ "embed"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/build"
	"github.com/oakum-sec/oakum/fixer/compose"
	"github.com/oakum-sec/oakum/fixer/container"
	"github.com/oakum-sec/oakum/fixer/dockerfile"
	"github.com/oakum-sec/oakum/fixer/image"
	"github.com/oakum-sec/oakum/fixer/kube"
	"github.com/oakum-sec/oakum/fixer/text"
	"github.com/oakum-sec/oakum/fixer/topology"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

//go:embed volume_owner.md
var volumeOwnerDoc string

// VolumeOwner reports volumes that belong to root and are mounted into a container which
// does not run as root.
var VolumeOwner = &fixer.Rule{
	Name:     "cross/volume-owner",
	Title:    "volume that the user cannot write to",
	Severity: fixer.Medium,
	Kind:     fixer.Manifests,
	Phase:    fixer.Permissions,

	// A container that is made to run as another user is one that owners matter for.
	Consequence: true,

	References: []fixer.Reference{
		{Source: fixer.KubernetesDocs, ID: "fsGroup", Link: "https://kubernetes.io/docs/tasks/configure-pod-container/security-context/#set-the-security-context-for-a-pod"},
		{Source: fixer.GitHub, ID: "moby/moby#2259"},
	},
	Doc: volumeOwnerDoc,
	Check: func(p *fixer.Pass) {
		views := p.Topology().Compose().Views(p.File.Path)
		mounting := map[string][]compose.View{} // by what they mount and may write to
		for _, v := range views {
			for _, m := range v.Mounts() {
				if !m.ReadOnly {
					mounting[m.Source] = append(mounting[m.Source], v)
				}
			}
		}
		for _, v := range views {
			checkServiceVolumes(p, v, mounting)
		}
		for _, o := range p.File.Objects {
			if w := o.Workload(); w != nil && !w.Partial && w.Windows() == "" {
				checkClaims(p, w)
				checkHostDirectories(p, w)
			}
		}
	},
}

// checkServiceVolumes looks at the named volumes of a service. A new one is a copy of the
// directory of the image, with its owner; where the image has none it belongs to root. With
// them come the services of the file by what they mount and may write to.
func checkServiceVolumes(p *fixer.Pass, v compose.View, mounting map[string][]compose.View) {
	b, ok := p.Topology().ServiceBuild(v)
	spec := container.FromService(p, v)
	user, evidence := spec.StartsAs()
	named := !user.KnownUID && user.Name != "" && user.Name != "root"
	if !ok || !b.Certain || !user.IsNonRoot() && !named || spec.EnvFrom && spec.User.Set {
		return
	}
	for _, m := range v.Mounts() {
		if m.Tmpfs || m.ReadOnly || m.Source == "" || !isVolumeName(m.Source) || m.Setting.File != v.File || ownedInImage(p, b, m.Target) || preparedByOthers(p, v, mounting[m.Source]) {
			continue
		}
		f := fixer.Finding{
			File: v.File, Path: "services." + v.Name + ".volumes " + m.Target, Start: m.Node.Start, End: m.Node.End,
			Message: fmt.Sprintf("Service %q runs as user %s, but its volume at %s belongs to root: %s does not create the directory", v.Name, user, m.Target, b.Path),
			Evidence: append(slices.Clone(evidence), fixer.Evidence{Kind: fixer.FromRepository, Text: b.Why},
				fixer.Evidence{Kind: fixer.FromPlatform, Text: "Docker creates a directory that the image does not have as root"}),
			Advice: fmt.Sprintf("Create %s with user %s as its owner in %s. A stage without a shell takes it with COPY --chown from another stage", m.Target, ownerOf(user), b.Path),
		}
		if fix, ok := createOwned(v, b, m.Target, user, spec); ok {
			f.Fixes = []fixer.Fix{fix}
		}
		p.Report(f)
	}
}

func isVolumeName(source string) bool { return !strings.ContainsAny(source, "/\\$~.") }

// ownedInImage reports whether the image may have a directory, as far as its Dockerfile
// and those below it tell: they name it, or a directory above it, in whatever way.
func ownedInImage(p *fixer.Pass, b topology.Build, dir string) bool {
	for range 8 {
		base := p.Facts.Image(b.Stage.Root().Image).User()
		rootBase := base.Known && base.Value.IsRoot()
		for _, s := range b.Stage.Chain() {
			for _, i := range s.Instructions {
				if i.Keyword == "EXPOSE" || i.Keyword == "LABEL" || i.Keyword == "FROM" || makesForRoot(s, i, rootBase) {
					continue
				}
				if namesDirectory(string(b.File.Source[i.Start:i.End]), dir) {
					return true
				}
			}
		}
		if at := b.Stage.Workdir().Text; at != "" && build.Within(dir, at) && changesOwners(b, rootBase, dir) {
			return true // by a path in the working directory, perhaps
		}
		below, ok := p.Topology().BaseBuild(b.Path, b.Stage.Root())
		if !ok {
			break
		}
		b = below
	}
	// What is below is one of the plain images of a distribution or a language, which has
	// no directory for data.
	known := p.Facts.Image(b.Stage.Root().Image)
	return !known.HasBase || known.Entry != nil && known.Entry.NonRoot.Support != image.SupportApp || len(known.Volumes().Value) > 0
}

// makesForRoot reports whether an instruction makes directories and files that are root's,
// whatever it names: WORKDIR as root, and COPY without an owner.
func makesForRoot(s *dockerfile.Stage, i *dockerfile.Instruction, rootBase bool) bool {
	switch i.Keyword {
	case "WORKDIR":
		return asRoot(s, i, rootBase)
	case "COPY", "ADD":
		_, owner := i.Flag("chown")
		return !owner
	}
	return false
}

// asRoot reports whether an instruction runs as root.
func asRoot(s *dockerfile.Stage, i *dockerfile.Instruction, rootBase bool) bool {
	user := s.UserAt(i)
	name, _, _ := strings.Cut(user.Text, ":")
	return user.At == nil && rootBase || user.At != nil && user.Known && (name == "root" || name == "0")
}

// changesOwners reports whether the build may give a directory in the working directory to
// another user than root, by a path that is not absolute.
func changesOwners(b topology.Build, rootBase bool, dir string) bool {
	for _, step := range build.Read(b.File).Steps("RUN") {
		if !build.InChain(b.Stage, step.Stage) {
			continue
		}
		workdir := step.Stage.WorkdirAt(step.At).Text
		if slices.ContainsFunc(step.Commands, func(c build.Command) bool { return c.Program == "cd" || c.Program == "pushd" }) {
			workdir = ""
		}
		if step.Unread || !asRoot(step.Stage, step.At, rootBase) || slices.ContainsFunc(step.Commands, func(c build.Command) bool {
			return (ownerPrograms[c.Program] || c.Program == "mkdir" && c.Has("-m", "--mode")) && mayMean(c, workdir, dir)
		}) {
			return true
		}
	}
	for _, s := range b.Stage.Chain() {
		if slices.ContainsFunc(s.Instructions, func(i *dockerfile.Instruction) bool { _, owner := i.Flag("chown"); return owner }) {
			return true
		}
	}
	return false
}

// mayMean reports whether a command that changes owners and modes of what it names, or makes
// users with their home, may be about a directory: chmod +x start.sh is not.
func mayMean(c build.Command, workdir, dir string) bool {
	if !namesPaths[c.Program] || c.Place != 0 || workdir == "" || c.ProgramWord != 0 {
		return true
	}
	return slices.ContainsFunc(c.Args(), func(w dockerfile.Word) bool {
		value := w.Value
		if _, after, ok := strings.Cut(value, "="); ok && strings.HasPrefix(value, "-") {
			value = after
		}
		if w.Dynamic || strings.ContainsAny(value, "*?[$`~") {
			return true
		}
		if strings.HasPrefix(value, "-") || makesUsers[c.Program] && !strings.Contains(value, "/") {
			return false
		}
		at := path.Clean(value)
		if !path.IsAbs(at) {
			at = path.Join(workdir, at)
		}
		return build.Within(at, dir) || build.Within(dir, at)
	})
}

var (
	makesUsers = text.WordSet("useradd adduser usermod")
	namesPaths = text.WordSet("chown chmod chgrp useradd adduser usermod")
)

var ownerPrograms = text.WordSet("chown chmod chgrp install useradd adduser usermod sudo su su-exec gosu setpriv cp mv tar rsync umask")

// namesDirectory reports whether an instruction names a directory or what is in it, or one
// above it as a whole.
func namesDirectory(instruction, dir string) bool {
	for at := dir; at != "/" && at != "."; at = path.Dir(at) {
		for rest := instruction; ; {
			_, after, found := strings.Cut(rest, at)
			if !found {
				break
			}
			rest = after
			whole := rest == "" || !isNameByte(rest[0]) && rest[0] != '/' || rest[0] == '/' && (len(rest) == 1 || !isNameByte(rest[1]))
			if whole || at == dir && rest[0] == '/' {
				return true
			}
		}
	}
	return strings.Contains(instruction, "$") && strings.Contains(instruction, path.Base(dir))
}

func isNameByte(c byte) bool {
	return c == '-' || c == '_' || c == '.' || '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}

// preparedByOthers reports whether another of the services that may write to a volume may give its
// files to a user: it runs as root, or as nobody knows whom.
func preparedByOthers(p *fixer.Pass, v compose.View, mounting []compose.View) bool {
	return slices.ContainsFunc(mounting, func(o compose.View) bool {
		if o.Name == v.Name {
			return false
		}
		user, _ := container.FromService(p, o).StartsAs()
		return !user.IsNonRoot()
	})
}

// createOwned creates a directory in the image that belongs to the user, before USER.
func createOwned(v compose.View, b topology.Build, dir string, user image.Identity, spec *container.Spec) (fixer.Fix, bool) {
	at := b.Stage.User()
	base := spec.Image.Known
	if at.At == nil || at.Stage != b.Stage || spec.User.Set || base == nil || !base.HasBase || base.Base.Shell == image.NoShell || base.Base.Shell == "" || !plainDirectory().MatchString(dir) {
		return fixer.Fix{}, false
	}
	for _, i := range b.Stage.Instructions { // as whom the step would run
		if i.Keyword == "USER" && i != at.At {
			return fixer.Fix{}, false
		}
	}
	if words, _ := b.Stage.ShellAt(at.At); len(words) > 0 {
		return fixer.Fix{}, false
	}
	owner := ownerOf(user)
	if !user.KnownUID && !plainName().MatchString(owner) {
		return fixer.Fix{}, false
	}
	line := "RUN mkdir -p " + dir + " && chown " + owner + " " + dir
	file, where := b.File, b.Path
	return fixer.Fix{
		ID: "create", Title: fmt.Sprintf("Create %s with owner %s in %s", dir, owner, where), Level: fixer.Review,
		Breaks: "Volumes that exist already keep their owner. Give their files to user " + owner + " once, or remove the volume",
		Verify: v.CLI() + " run --rm --build " + text.ShellWord(v.Name) + " sh -c 'touch " + dir + "/x && rm " + dir + "/x'\nends without `Permission denied` (with a new volume)",
		Edit: func(d *fixer.Draft) error {
			edits, err := file.InsertBefore(at.At, line)
			if err != nil {
				return err
			}
			d.At(where).Dockerfile(edits)
			return nil
		},
	}, true
}

// ownerOf is a user as chown takes it.
func ownerOf(user image.Identity) string {
	switch {
	case !user.KnownUID:
		return user.Name
	case user.KnownGID:
		return fmt.Sprintf("%d:%d", user.UID, user.GID)
	}
	return strconv.Itoa(user.UID)
}

var plainName = text.Regexp(`^[a-z_][a-z0-9_-]*$`)

var plainDirectory = text.Regexp(`^/[A-Za-z0-9._+@/-]+$`)

// checkClaims looks at the storage of a pod whose containers do not run as root, and that
// no group is given.
func checkClaims(p *fixer.Pass, w *kube.Workload) {
	security := w.Pod.Get("securityContext")
	if !w.AllowsPodSecurityContext() || !security.Get("fsGroup").Null() {
		return
	}
	var users []int
	var first string
	var evidence []fixer.Evidence
	var at kube.Container
	for _, c := range w.Containers() {
		spec := container.FromContainer(p, c)
		user, because := spec.StartsAs()
		if c.Role == kube.Init && !user.IsNonRoot() && len(spec.Claims()) > 0 {
			return // it may give the files to the user
		}
		if len(spec.Claims()) == 0 {
			continue
		}
		if !user.IsNonRoot() || !spec.User.Set && !spec.Image.Proven {
			return
		}
		if first == "" {
			first, evidence, at = spec.Claims()[0], because, c
		}
		group := user.UID
		if n, ok := groupOf(c); ok {
			group = n
		} else if user.KnownGID && !spec.User.Set {
			group = user.GID
		}
		if !slices.Contains(users, group) {
			users = append(users, group)
		}
	}
	if len(users) == 0 || slices.Contains(users, 0) {
		return
	}
	f := fixer.Finding{
		File: p.File.Path, Path: w.ID() + ": fsGroup", Start: at.Node.KeyOrSelf().Start, End: at.Node.Start + 1,
		Message:  fmt.Sprintf("%s of %s does not run as root, but the pod sets no fsGroup: a new volume at %s belongs to root on most storage", at.Subject(), w.ID(), first),
		Evidence: evidence,
		Advice:   "Set fsGroup in the securityContext of the pod to a group that all containers with the volume are in",
	}
	if len(users) == 1 {
		set, doc := w.PodPath.Join("securityContext", "fsGroup"), w.Doc
		f.Fixes = []fixer.Fix{{
			ID: "fs-group", Title: fmt.Sprintf("Set fsGroup to %d", users[0]), Level: fixer.Review,
			Breaks: "Mounting takes longer on volumes with many files, because the kubelet changes the group of each. Applications that insist on private files, such as SSH keys, refuse a group",
			Verify: "kubectl exec POD -c " + text.ShellWord(at.Name) + " -- ls -ld " + text.ShellWord(first) + "\nprints the group " + strconv.Itoa(users[0]),
			Edit:   fixer.EditYAML(doc, yamldoc.Set(set, users[0])),
		}}
	}
	p.Report(f)
}

func groupOf(c kube.Container) (int, bool) {
	n, _ := c.Security("runAsGroup")
	gid, ok := n.Int()
	return int(gid), ok
}
