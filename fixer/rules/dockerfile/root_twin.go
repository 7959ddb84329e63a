package dockerfile

import (
	"fmt"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/build"
	"github.com/oakum-sec/oakum/fixer/compose"
	"github.com/oakum-sec/oakum/fixer/container"
	"github.com/oakum-sec/oakum/fixer/dockerfile"
	"github.com/oakum-sec/oakum/fixer/image"
	"github.com/oakum-sec/oakum/fixer/kube"
	"github.com/oakum-sec/oakum/fixer/portmove"
	"github.com/oakum-sec/oakum/fixer/text"
)

// twinFix takes the image of the same software that is prepared to run without root, and
// moves the port on which it listens in all files. ok is false where the table knows no
// such image; why says what keeps it from being taken.
func (s *imageCheck) twinFix() (fix fixer.Fix, evidence []fixer.Evidence, why string, ok bool) {
	if s.stage.Parent != nil || len(s.stage.Args) > 0 || s.last.At != nil {
		return fix, nil, "", false
	}
	known := s.pass.Facts.Image(s.stage.Image)
	twin, ok := known.Twin()
	if !ok {
		return fix, nil, "", false
	}
	if why := s.twinRefused(twin); why != "" {
		return fix, nil, twin.Image + " does not take its place automatically: " + why, true
	}
	move, err := portmove.Of(s.pass, s.stage, twin.From, twin.Port)
	s.run = err == nil && !move.Alike && (len(move.Services) > 0 || len(move.Containers) > 0 || !move.Moves)
	if err == nil {
		err = s.twinRoom(twin, move)
	}
	if err != nil {
		return fix, nil, twin.Image + " does not take its place automatically: " + err.Error(), true
	}
	evidence = []fixer.Evidence{fixer.ImageEvidence(known.Entry.Evidence(image.FieldAlternatives))}
	if len(move.Places) > 0 {
		evidence = append(evidence, fixer.Evidence{Kind: fixer.FromRepository, Text: fmt.Sprintf("port %d moves in %s", twin.From, text.VisibleLine(brief(move.Places)))})
	}
	from, file, moveIt := s.stage.From, s.file, move.Edit()
	title := fmt.Sprintf("Use %s, which runs as %d:%d", text.VisibleLine(twin.Image), twin.User.UID, twin.User.GID)
	if move.Moves {
		title += fmt.Sprintf(", and move port %d to %d", twin.From, twin.Port)
	}
	return fixer.Fix{
		ID: "unprivileged", Level: fixer.Review,
		Title:  title,
		Breaks: s.twinBreaks(twin, move),
		Verify: "docker build -t IMAGE . && docker image inspect --format '{{.Config.User}}' IMAGE\nprints the uid\n\n" +
			fmt.Sprintf("docker run --rm -p 8080:%d IMAGE\nstarts the server without a \"permission denied\" error, and http://localhost:8080 answers", twin.Port),
		Edit: func(d *fixer.Draft) error {
			edits, err := file.ReplaceWord(from, from.Words[0], twin.Image)
			if err != nil {
				return err
			}
			d.Dockerfile(edits, dockerfile.FieldBase)
			moveIt(d)
			return nil
		},
	}, evidence, "", true
}

// twinRefused says what in the Dockerfile keeps the twin from being taken; "" for
// nothing.
func (s *imageCheck) twinRefused(twin image.Twin) string {
	if why := s.derivedNeeds(); why != "" {
		return "another stage or Dockerfile starts from this image"
	}
	if e := s.stage.Entrypoint(); e.At != nil {
		return fmt.Sprintf("ENTRYPOINT in line %d replaces the start script", e.At.Line)
	}
	if c := s.stage.Cmd(); c.At != nil && strings.Join(c.Args, " ") != "nginx -g daemon off;" {
		return fmt.Sprintf("CMD in line %d is not that of the image", c.At.Line)
	}
	if _, why := s.configured(s.profile.Entry); why != "" {
		return why
	}
	if !s.bringsFiles() && len(servicesOf(s.pass, s.stage)) == 0 {
		return "the content that the server serves is unknown, and the image may be a base for others"
	}
	for _, i := range s.stage.Instructions {
		if i.Keyword != "RUN" {
			continue
		}
		// Steps run as the user of the twin, who owns the configuration and /tmp.
		for _, c := range build.Of(s.pass.File).Step(i).Commands {
			if c.Program != "rm" || slices.ContainsFunc(c.Plain(), func(p string) bool { return !build.Within(p, "/etc/nginx/conf.d") && !build.Within(p, "/tmp") }) {
				return fmt.Sprintf("RUN in line %d may need root", i.Line)
			}
		}
	}
	for _, r := range s.scripts() {
		for _, c := range r.Commands {
			paths, here, _ := container.Written(c)
			if here || slices.ContainsFunc(paths, func(p string) bool {
				at := s.startPath(s.stage.Workdir().Text, p)
				return at != "" && !build.Within(at, "/etc/nginx/conf.d") && !anybodys(at)
			}) {
				return fmt.Sprintf("the script %s runs `%s`, which may need root", r.Place, text.VisibleLine(c.Program))
			}
		}
	}
	return ""
}

// twinRoom refuses containers whose root filesystem is read-only without room where the
// twin writes, and those into which other configuration is mounted.
func (s *imageCheck) twinRoom(twin image.Twin, move *portmove.Move) error {
	var needs []string
	if e := s.pass.Facts.Image(twin.Image).Entry; e != nil {
		for _, w := range e.Writable {
			if w.Always() && w.Path != "" {
				needs = append(needs, w.Path)
			}
		}
	}
	lacks := func(mounted func(at string) bool) string {
		for _, at := range needs {
			if !mounted(at) {
				return at
			}
		}
		return ""
	}
	for _, v := range move.Services {
		mounts := v.Mounts()
		if k := slices.IndexFunc(mounts, func(m compose.Mount) bool { return configures(m.Target) }); k >= 0 {
			return fmt.Errorf("service %s mounts %s over the configuration", text.VisibleLine(v.Name), text.VisibleLine(mounts[k].Source))
		}
		readOnly, _ := v.Setting("read_only").Bool()
		at := lacks(func(at string) bool {
			return slices.ContainsFunc(mounts, func(m compose.Mount) bool { return !m.ReadOnly && build.Within(at, m.Target) })
		})
		if readOnly && at != "" {
			return fmt.Errorf("service %s is read-only, and the image writes to %s", text.VisibleLine(v.Name), at)
		}
	}
	for _, c := range move.Containers {
		mounts := c.Mounts()
		if slices.ContainsFunc(mounts, func(m kube.Mount) bool { return configures(m.Path) }) {
			return fmt.Errorf("%s mounts a volume over the configuration", text.VisibleLine(c.Workload.ID()))
		}
		at := lacks(func(at string) bool {
			return slices.ContainsFunc(mounts, func(m kube.Mount) bool { return !m.ReadOnly && build.Within(at, m.Path) })
		})
		if readOnly, _ := c.Security("readOnlyRootFilesystem"); readOnly.IsTrue() && at != "" {
			return fmt.Errorf("%s is read-only, and the image writes to %s", text.VisibleLine(c.Workload.ID()), at)
		}
		if user, _ := c.Security("runAsUser"); user.Text() == "0" {
			return fmt.Errorf("%s runs as root on purpose (runAsUser: 0)", text.VisibleLine(c.Workload.ID()))
		}
	}
	return nil
}

// configures reports whether a mount at a path takes the place of configuration.
func configures(target string) bool {
	return build.Within(target, "/etc/nginx") || build.Within("/etc/nginx", target)
}

func (s *imageCheck) twinBreaks(twin image.Twin, move *portmove.Move) string {
	if !move.Moves {
		return "Configuration that needs root"
	}
	out := []string{fmt.Sprintf("Clients and manifests that oakum does not know, which connect to port %d of the container itself", twin.From)}
	if len(move.Others) > 0 {
		out = append(out, text.Capital(brief(move.Others))+fmt.Sprintf(", if this is the image that runs there: its containers listen on port %d", twin.From))
	}
	for _, a := range move.Assumes {
		out = append(out, "Assumed: "+a)
	}
	if !slices.ContainsFunc(move.Places, func(p string) bool { return strings.HasSuffix(p, ".conf") }) {
		out = append(out, fmt.Sprintf("Redirects to a directory, which name port %d", twin.Port))
	}
	if kept := keptFiles(s.pass, s.stage); kept != "" {
		out = append(out, text.Capital(kept)+", where existing files belong to another user")
	}
	return strings.Join(out, ". ")
}
