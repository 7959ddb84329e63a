package dockerfile

import (
	"fmt"
	"path"
	"slices"

	"github.com/oakum-sec/oakum/fixer/build"
	"github.com/oakum-sec/oakum/fixer/compose"
	"github.com/oakum-sec/oakum/fixer/container"
	"github.com/oakum-sec/oakum/fixer/dockerfile"
	"github.com/oakum-sec/oakum/fixer/image"
	"github.com/oakum-sec/oakum/fixer/text"
)

// A mountedVolume is a volume of Docker that a service mounts, and writes to as the user of
// the image.
type mountedVolume struct{ dir, name, service, file string }

// volumeName matches the name of a volume, which no path on the host has.
var volumeName = text.Regexp(`^[A-Za-z0-9][A-Za-z0-9_.-]*$`)

// mountedVolumes are those of the services that run the image, over directories that nothing
// is copied to. A new volume takes the owner that its directory has in the image, and is
// root's where the image has none.
func (s *imageCheck) mountedVolumes() []mountedVolume {
	var out []mountedVolume
	for _, v := range servicesOf(s.pass, s.stage) {
		if !v.Setting("user").Node.Null() {
			continue // USER is not what it runs as
		}
		for _, m := range v.Mounts() {
			one := mountedVolume{m.Target, m.Source, v.Name, m.Setting.File}
			if m.Tmpfs || m.ReadOnly || !volumeName().MatchString(m.Source) || s.filled(m.Target) || s.shared(v, m.Source) ||
				slices.ContainsFunc(out, func(o mountedVolume) bool { return o.dir == one.dir }) {
				continue
			}
			out = append(out, one)
		}
	}
	return out
}

// namedFolders are directories that the commands, the variables and the configuration of the
// image name for the program to write to. why says what is for a person where one of them
// cannot be given to a user.
func (s *imageCheck) namedFolders() (out writables, why string) {
	if e := s.profile.Entry; e != nil && e.NonRoot.Support != image.SupportApp {
		return nil, "" // its directories are known
	}
	if says, ok := s.profile.Becomes(); ok {
		return nil, fmt.Sprintf("Set USER to that user and remove the setting: %s in %s, so the application starts as root and becomes that user itself", says.Text, says.Place)
	}
	done := s.settledFolders()
	base, known := build.BaseOf(s.pass, s.stage)
	for _, n := range s.profile.NamedPaths() {
		if n.Dir == "" { // a database beside the application
			return nil, fmt.Sprintf("Keep the database in a directory that the user owns (RUN mkdir -p and chown), then add USER. %s, which is beside the application", n.Evidence.Text)
		}
		if anybodys(n.Dir) || done.hold(n.Dir) || s.isVolume(n.Dir) {
			continue
		}
		if !plainPath().MatchString(n.Dir) || !givable(n.Dir) || s.worksIn(n.Dir) || !known || !shellKnown(base) || !s.runsAsRootHere() || !s.bourne(nil) {
			return nil, fmt.Sprintf("Name a directory that the user owns (RUN mkdir -p and chown), then add USER. %s, and only root can write to %s", n.Evidence.Text, n.Dir)
		}
		out = append(out, writable{path: n.Dir, create: true})
	}
	return out, ""
}

// isVolume reports whether a directory lies in a VOLUME of the file, which is given away.
func (s *imageCheck) isVolume(dir string) bool {
	return slices.ContainsFunc(s.stage.Volumes(), func(v dockerfile.Value) bool { return build.Within(dir, path.Clean(v.Text)) })
}

// shared reports whether a service of another image writes to a volume, so that it may be
// that one's. A proxy serves what is there.
func (s *imageCheck) shared(of compose.View, volume string) bool {
	own := servicesOf(s.pass, s.stage)
	return slices.ContainsFunc(s.pass.Topology().Compose().Views(of.File), func(v compose.View) bool {
		if slices.ContainsFunc(own, func(o compose.View) bool { return o.Name == v.Name && o.File == v.File }) {
			return false
		}
		writes := slices.ContainsFunc(v.Mounts(), func(m compose.Mount) bool { return m.Source == volume && !m.ReadOnly })
		return writes && container.FromService(s.pass, v).Image.Known.Purpose() != image.PurposeProxy
	})
}

// filled reports whether the image copies files to a folder.
func (s *imageCheck) filled(folder string) bool {
	return slices.ContainsFunc(s.stage.Chain(), func(stage *dockerfile.Stage) bool {
		at := &imageCheck{pass: s.pass, stage: stage, file: s.file}
		return slices.ContainsFunc(stage.Instructions, func(i *dockerfile.Instruction) bool { return at.fills(i, folder) })
	})
}

// heldVolume says which volume the program could not write to as another user, in an image
// that is known to have no shell, and what can be done: no step can give the folder away
// there, only COPY --chown can have made it. "" where there is none.
func (s *imageCheck) heldVolume(user string) string {
	if base, ok := build.BaseOf(s.pass, s.stage); !ok || base.Shell != image.NoShell {
		return ""
	}
	say := func(volume, before string) string {
		return fmt.Sprintf("Copy an empty directory to %s with COPY --chown=%s%s, and set USER to that user. Root would stay the owner of the volume, because %s has no shell to run chown", volume, user, before, s.base)
	}
	done := s.settledFolders()
	for _, v := range s.stage.Volumes() {
		if !done.hold(path.Clean(v.Text)) {
			return say(fmt.Sprintf("the volume %s (line %d)", v.Text, v.At.Line), " before VOLUME")
		}
	}
	for _, v := range s.mountedVolumes() {
		if plainPath().MatchString(v.dir) && givable(v.dir) && !done.hold(v.dir) {
			return say(fmt.Sprintf("%s, where service %s in %s mounts the volume %s", v.dir, v.service, v.file, v.name), "")
		}
	}
	return ""
}
