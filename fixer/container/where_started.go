package container

import (
	"cmp"
	"path"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/build"
	"github.com/oakum-sec/oakum/fixer/text"
)

// roomWhereStarted makes the decision one for a person where the container starts with a
// program that is known to write to the directory it is started in, as development servers
// and builds do, and nothing writable is there: an empty place would hide what is in it.
func (s *Spec) roomWhereStarted(d *ReadOnlyDecision) {
	runs := append(slices.Clone(s.starts()), s.handedRuns()...)
	runs = append(runs, s.scriptRuns()...)
	if !s.replacesStart() {
		runs = append(runs, s.Image.project...)
	}
	for _, r := range runs {
		dir := r.Dir
		for _, c := range r.Commands {
			if c.Program == "cd" {
				if list := c.Plain(); len(list) == 1 {
					dir, _ = s.resolve(list[0], dir)
				}
			}
			start := build.ReadStart(c.Call())
			if r.Script && r.Perhaps(c) || s.keptElsewhere(c) {
				continue
			}
			if start.Kind != build.StartsDevelopment && start.Kind != build.StartsBuild || s.hasRoom(d, dir, start) {
				continue
			}
			says := text.Capital(r.What) + " runs " + start.What
			switch what := says + ", which writes caches and output to its working directory"; {
			case start.Kind == build.StartsBuild && len(start.Flat) == 0:
				d.manual("Build in a stage of the Dockerfile and start what it makes, then make the root filesystem read-only. " + says + ", which writes to its working directory and to caches elsewhere")
			case dir == "":
				d.manual("Set the working directory to one in a volume, then make the root filesystem read-only. " + what)
			default:
				d.manual("Mount a volume at " + dir + ", or at the directories in it that are written to, then make the root filesystem read-only. " + what)
			}
			d.Evidence = append(slices.Clip(d.Evidence), fixer.Evidence{Kind: cmp.Or(r.Kind, s.Kind), Place: r.Place, Text: says})
			return
		}
	}
}

// keptElsewhere reports whether a command of Django writes to a database of another container,
// or to a directory for static files that is mounted.
func (s *Spec) keptElsewhere(c build.Command) bool {
	words := c.Call()
	k := slices.IndexFunc(words, func(w string) bool { return path.Base(w) == "manage.py" || path.Base(w) == "django-admin" })
	if k < 0 || k+1 >= len(words) {
		return false
	}
	switch words[k+1] {
	case "migrate":
		return slices.ContainsFunc(s.Env, func(v Variable) bool {
			words := nameWords(v.Name)
			return v.Known && remoteDatabase().MatchString(v.Value) || slices.ContainsFunc(words, in(databaseWords)) && slices.ContainsFunc(words, in(hostWords))
		})
	case "collectstatic":
		return slices.ContainsFunc(s.Mounts, func(m Mount) bool { return strings.Contains(path.Base(m.Target), "static") })
	}
	return false
}

var (
	remoteDatabase = text.Regexp(`^(postgres|postgresql|postgis|mysql|mysql2|mariadb|mssql|oracle|cockroach)[a-z0-9+]*://`)
	databaseWords  = text.WordSet("db database postgres postgresql pg mysql mariadb sql mssql")
	hostWords      = text.WordSet("host hostname server addr address")
)

// hasRoom reports whether a program that is started in a directory can write to all that
// it is known to write to there.
func (s *Spec) hasRoom(d *ReadOnlyDecision, dir string, start build.Start) bool {
	if dir == "" {
		return false
	}
	needs := start.Room
	if len(needs) == 0 {
		needs = start.Flat
	}
	if len(needs) == 0 {
		return false // caches elsewhere
	}
	return !slices.ContainsFunc(needs, func(name string) bool {
		at := path.Join(dir, name)
		return !s.Mounted(at) && !(s.Platform == Compose && s.Image.declaresVolume(at)) && !covered(d, at)
	})
}
