package container

import (
	"fmt"
	"slices"

	"oakum/fixer"
	"oakum/fixer/image"
	"oakum/fixer/text"
)

// A ReadOnlyDecision is about a read-only root file system.
type ReadOnlyDecision struct {
	Decision
	// Scratch are the directories that need an empty, writable place to be
	// mounted: nothing is mounted there, and the program writes to them.
	Scratch []image.WritablePath
	// User is whom these directories have to belong to.
	User image.Identity
}

// Paths returns the directories that need an empty place.
func (d ReadOnlyDecision) Paths() []string { return pathsOf(d.Scratch) }

func pathsOf(list []image.WritablePath) []string {
	var out []string
	for _, w := range list {
		out = append(out, w.Path)
	}
	return out
}

// MakeReadOnly decides whether the root file system can be read-only, and what
// has to be mounted for the program to write to.
func (s *Spec) MakeReadOnly() ReadOnlyDecision {
	user, _ := s.StartsAs()
	e := s.Image.Entry
	if e == nil || s.Image.BuiltHere() && e.NonRoot.Support == image.SupportApp {
		d := s.unknownWrites()
		d.User = user
		return d
	}
	d := ReadOnlyDecision{User: user, Decision: Decision{Level: fixer.Review, Evidence: []fixer.Evidence{
		fixer.ImageEvidence(e.Evidence(image.FieldReadOnly)), fixer.ImageEvidence(e.Evidence(image.FieldWritable)),
	}}}
	if e.ReadOnly.Support == image.SupportNo {
		advice := e.ID + " does not run on a read-only root file system"
		if e.ReadOnly.Note != "" {
			advice += ": " + e.ReadOnly.Note
		}
		d.manual(advice)
		return d
	}
	w := s.scratch(e)
	if w.refused != "" {
		d.manual(w.refused)
		return d
	}
	d.Scratch = w.paths
	d.Breaks = "the program fails where it writes outside its volumes and the tmpfs that are added"
	if s.Platform != Compose {
		d.Breaks = "the program fails where it writes outside the mounted paths: " + joined(orNone(d.Paths()))
	}
	proven := e.ReadOnly.Support == image.SupportYes && e.Verified(image.FieldReadOnly) && e.Verified(image.FieldWritable)
	if s.replacesStart() {
		proven = false // the table is about the image as it starts by itself
		if s.Platform == Compose {
			d.Evidence = append(d.Evidence, s.says("the service changes what the image starts"))
		} else {
			d.Evidence = append(d.Evidence, s.says("command or args change what the image starts"))
		}
	}
	if s.ReadOnly.No() {
		proven = false
		d.Evidence = append(d.Evidence, s.says("somebody set it to false"))
	}
	if proven && s.Image.Proven && !w.conditional && len(d.Scratch) == 0 && !s.Image.BuiltHere() {
		d.Level, d.Breaks = fixer.Safe, ""
	}
	return d
}

// unknownWrites is the decision where nothing is known of what the program
// writes.
func (s *Spec) unknownWrites() ReadOnlyDecision {
	d := ReadOnlyDecision{Decision: Decision{Level: fixer.Review, Evidence: s.Image.Evidence,
		Breaks: "the program fails where it writes outside /tmp and its volumes: nothing is known of what it writes"}}
	if !s.Mounted("/tmp") {
		d.Scratch = []image.WritablePath{{Path: "/tmp", Mode: "1777"}}
	}
	if s.Image.BuiltHere() {
		d.Breaks = "the program fails where it writes outside /tmp and its volumes: look at " + s.Image.Build.Path + " for the folders it makes"
	}
	if why := s.servesData(); why != "" {
		d.manual(why + ", and keeps data, sockets and locks where its image wants them: find these folders out, give each a volume, and then make the root read-only")
	} else if s.ReadOnly.No() {
		look := "kubectl exec POD --"
		if s.Platform == Compose {
			look = "docker compose exec SERVICE"
		}
		d.manual("somebody set it to false, mostly because the program writes: find out where (" + look + " find / -xdev -newer /proc/1 -type f), give these folders volumes, and then set it to true")
	}
	return d
}

// writes is what a known image needs in the way of places to write to.
type writes struct {
	paths       []image.WritablePath // written to whatever the configuration, and not mounted
	conditional bool                 // the configuration may ask for more
	refused     string               // why no empty place will do, as advice; "" where it will
	hidden      string               // the path whose files an empty place would hide
}

func (s *Spec) scratch(e *image.Entry) writes {
	var out writes
	refuse := func(advice string) {
		if out.refused == "" {
			out.refused = advice
		}
	}
	for _, w := range e.Writable {
		switch {
		case w.Path == "":
			out.conditional = true // the configuration says where
		case s.Mounted(w.Path) || s.Platform == Compose && s.Image.declaresVolume(w.Path):
		case s.holds(w.When) == No:
		case s.holds(w.When) == Unknown:
			out.conditional = true
		case w.Ships && s.Platform == Compose:
			refuse(fmt.Sprintf("%s writes to %s, where its image has files that a tmpfs would hide: give it a named volume, which starts as a copy of them", e.ID, w.Path))
			out.hidden = w.Path
		case w.Ships:
			refuse(fmt.Sprintf("%s writes to %s, where its image has files that an empty volume would hide: give it a volume that holds them", e.ID, w.Path))
			out.hidden = w.Path
		case w.Kind == "data" && s.Platform == Compose:
			// Docker keeps what is written until the container is removed.
			refuse(fmt.Sprintf("%s keeps its data in %s, and nothing is mounted there: give it a named volume first, because a tmpfs would lose the data at each stop", e.ID, w.Path))
		default:
			out.paths = append(out.paths, w)
		}
	}
	if s.namesTmp() && !s.Mounted("/tmp") && !slices.Contains(pathsOf(out.paths), "/tmp") {
		out.paths = append(out.paths, image.WritablePath{Path: "/tmp", Mode: "1777"})
	}
	return out
}

var tmpDirectory = text.MustCompile(`(^|[^\w./-])/tmp(/|\W|$)`)

// namesTmp reports whether the file tells the program to use /tmp, which the
// image by itself need not do: pg_dump -f /tmp/dump in the image of a database.
func (s *Spec) namesTmp() bool {
	return slices.ContainsFunc(slices.Concat(s.Entrypoint, s.Command), tmpDirectory.MatchString)
}

func orNone(list []string) []string {
	if len(list) == 0 {
		return []string{"no path needs one"}
	}
	return list
}
