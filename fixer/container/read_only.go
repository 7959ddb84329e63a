package container

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/image"
	"github.com/oakum-sec/oakum/fixer/text"
)

// A ReadOnlyDecision is about a read-only root file system.
type ReadOnlyDecision struct {
	Decision
	// Scratch are the directories that need an empty, writable place to be
	// mounted: nothing is mounted there, and the program writes to them.
	Scratch []image.WritablePath
	// User is whom these directories have to belong to.
	User image.Identity
	// SetEnv are variables to set with it, because the program would write to what
	// is read-only without them, or not start in an empty place.
	SetEnv map[string]string
	// Guess says that nothing tells where the application writes: that Scratch is all is
	// assumed.
	Guess bool
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
	d := s.makeReadOnly()
	d.Scratch = s.aboveMounts(d.Scratch)
	return d
}

// aboveMounts writes /run for /var/run where that would hide what is mounted below /run:
// mounts are made in the order of how deep their paths are.
func (s *Spec) aboveMounts(list []image.WritablePath) []image.WritablePath {
	out := slices.Clone(list)
	for i, w := range out {
		at := UnderRun(w.Path)
		hides := func(m Mount) bool {
			return strings.HasPrefix(m.Target, at+"/") && strings.Count(m.Target, "/") <= strings.Count(w.Path, "/")
		}
		if at != w.Path && slices.ContainsFunc(s.Mounts, hides) {
			out[i].Path = at
		}
	}
	return out
}

func (s *Spec) makeReadOnly() ReadOnlyDecision {
	user, _ := s.StartsAs()
	if s.onlyWaits() {
		return s.waitsReadOnly(user)
	}
	e := s.Image.Entry
	if e == nil || s.Image.BuiltHere() && e.NonRoot.Support == image.SupportApp {
		d := s.unknownWrites()
		d.User = user
		s.roomForServer(&d)
		s.roomForCommands(&d)
		s.roomForMade(&d)
		s.runInTmp(&d)
		s.madeAgain(&d)
		return d
	}
	if e.ByName { // what is for a person with an image that nobody knows is so with a name
		if d := s.unknownWrites(); d.Level == fixer.Manual {
			d.User = user
			return d
		}
	}
	d := ReadOnlyDecision{User: user, Decision: Decision{Level: fixer.Review, Evidence: []fixer.Evidence{
		fixer.ImageEvidence(e.Evidence(image.FieldReadOnly)), fixer.ImageEvidence(e.Evidence(image.FieldWritable)),
	}}}
	if e.ReadOnly.Support == image.SupportNo {
		advice := "Keep the root filesystem writable: " + e.ID + " does not run on a read-only one"
		if e.ReadOnly.Note != "" {
			advice += " (" + e.ReadOnly.Note + ")"
		}
		d.manual(advice)
		return d
	}
	w := s.scratch(e)
	if !s.startsOwn() {
		w = w.ofClient()
	}
	if w.refused != "" {
		d.manual(w.refused)
		return d
	}
	if at := s.mountedStart(); at != "" {
		d.manual("Find out what " + at + " writes to, mount a tmpfs or a volume there, then make the root filesystem read-only. The container starts with this file, which is mounted, and not as " + e.ID + " does by itself")
		return d
	}
	d.Scratch, d.SetEnv = w.paths, w.env
	known := s.roomForCommands(&d)
	if d.Level == fixer.Manual {
		return d
	}
	d.Breaks = "The application fails if it writes outside its volumes and the added tmpfs mounts"
	if s.Platform != Compose {
		d.Breaks = "The application fails if it writes outside its mounts" + andPaths(d.Paths())
	}
	for _, one := range w.unknown {
		d.Evidence = append(d.Evidence, fixer.Evidence{Kind: fixer.FromTable, Text: one + ", which oakum cannot determine"})
	}
	proven := known && e.ReadOnly.Support == image.SupportYes && e.Verified(image.FieldReadOnly) && e.Verified(image.FieldWritable)
	if s.replacesStart() {
		proven = false // the table is about the image as it starts by itself
		if s.Platform == Compose {
			d.Evidence = append(d.Evidence, s.says("The service overrides the image's command or entrypoint"))
		} else {
			d.Evidence = append(d.Evidence, s.says("The manifest overrides the image's command or entrypoint"))
		}
	}
	if at := s.unreadConfiguration(); at != "" {
		proven = false
		d.Evidence = append(d.Evidence, s.says("The configuration at "+at+", which oakum does not read, may name other places to write to"))
	}
	if s.ReadOnly.No() {
		proven = false
		d.Evidence = append(d.Evidence, s.says(s.readOnlyKey()+" is set to false"))
	}
	if s.Platform != Compose && notRoot(user) {
		s.ownDirectories(e, &d)
	}
	s.runInTmp(&d)
	s.madeAgain(&d)
	if proven && s.Image.Proven && !w.conditional && len(d.Scratch) == 0 && len(d.SetEnv) == 0 && !s.Image.BuiltHere() {
		d.Level, d.Breaks = fixer.Safe, ""
	}
	return d
}

// roomForServer gives room to the server of an image for applications that still starts in
// an image built on it.
func (s *Spec) roomForServer(d *ReadOnlyDecision) {
	e := s.server()
	if e == nil || d.Level == fixer.Manual {
		return
	}
	w := s.scratch(e)
	if w.refused != "" {
		d.manual(w.refused)
		return
	}
	for _, at := range w.paths {
		if !covered(d, at.Path) {
			d.Scratch = append(slices.Clip(d.Scratch), at)
		}
	}
}

// waitsReadOnly is the decision for a container that only waits: what hooks and
// health checks write is known, and what is done by those who enter it is not.
func (s *Spec) waitsReadOnly(user image.Identity) ReadOnlyDecision {
	d := ReadOnlyDecision{User: user, Decision: Decision{Level: fixer.Review}}
	s.roomForCommands(&d)
	if d.Level != fixer.Manual {
		d.manual("Give the container a command that does its work, then make the root filesystem read-only. The command only waits for people to open a shell, and what they write is unknown")
	}
	d.Evidence = append(d.Evidence, s.says("the command only waits"))
	return d
}

// ownDirectories moves the data of a program that starts as its own user below the
// empty volume it is given: of the volume itself it cannot be the owner.
func (s *Spec) ownDirectories(e *image.Entry, d *ReadOnlyDecision) {
	for _, at := range d.Paths() {
		if name, dir := s.dataBelow(e, at); dir != "" {
			d.SetEnv = with(d.SetEnv, name, dir)
		}
	}
}

// runInTmp lets a JVM run what it unpacks into /tmp, which a tmpfs of Docker
// forbids unless it is told otherwise.
func (s *Spec) runInTmp(d *ReadOnlyDecision) {
	if s.Platform != Compose || !s.runsJVM() {
		return
	}
	d.Scratch = slices.Clone(d.Scratch)
	for i := range d.Scratch {
		d.Scratch[i].Exec = d.Scratch[i].Exec || d.Scratch[i].Path == "/tmp"
	}
}

// madeAgain says what a command fails at when the container is started again: an emptyDir
// lives as long as the pod, and what was made there is still there.
func (s *Spec) madeAgain(d *ReadOnlyDecision) {
	if s.Platform == Compose || d.Level != fixer.Review {
		return
	}
	for _, e := range s.effects() {
		if e.once == "" || e.perhaps || !covered(d, e.once) {
			continue
		}
		d.Breaks = text.Sentences(d.Breaks, "An emptyDir is kept when a container of the pod restarts: `"+e.command+"` fails then, because "+e.once+" is there already")
		d.Evidence = append(slices.Clip(d.Evidence), e.evidence(s))
		return
	}
}

func with(env map[string]string, name, value string) map[string]string {
	out := maps.Clone(env)
	if out == nil {
		out = map[string]string{}
	}
	out[name] = value
	return out
}

// unknownWrites is the decision where nothing is known of what the program
// writes.
func (s *Spec) unknownWrites() ReadOnlyDecision {
	d := ReadOnlyDecision{Guess: s.Image.unknown(), Decision: Decision{Level: fixer.Review, Evidence: s.Image.Evidence,
		Breaks: "The application fails if it writes outside /tmp and its volumes; oakum does not know where it writes"}}
	if !s.Mounted("/tmp") {
		d.Scratch = []image.WritablePath{{Path: "/tmp", Mode: "1777"}}
	}
	if s.Image.BuiltHere() {
		d.Breaks = "The application fails if it writes outside /tmp and its volumes; " + s.Image.Build.Path + " shows the directories it creates"
	}
	if becomes := s.becomesUser(); becomes != "" {
		d.manual("Use a variant of the image that starts as its own user. " + becomes + " are set, and the entrypoint writes that user to /etc at every start")
	} else if why := s.changesAccounts(); why != "" {
		d.manual("Create the users in the image, and start as one of them, then make the root filesystem read-only. " + why + ", which the start script, not read here, most likely changes users with")
	} else if why := s.servesLogins(); why != "" {
		d.manual("Find out which users, keys and sockets the server creates when it starts, mount a volume or tmpfs for each, then make the root filesystem read-only. " + why)
	} else if why := s.servesData(); why != "" {
		d.manual("Find the directories where the application keeps data, sockets and locks, mount a volume at each, then make the root filesystem read-only. " + why)
	} else if why := s.servesMail(); why != "" && s.Image.unknown() {
		d.manual("Find the directories where the mail server keeps its queue, mailboxes and sockets, mount a volume at each, then make the root filesystem read-only. " + why)
	} else if why := s.servesByName(); why != "" && s.Platform != Compose {
		d.manual("Find the directories where the server keeps its data, logs and sockets, mount a volume at each, then make the root filesystem read-only. " + why)
	} else if s.ReadOnly.No() {
		look := "kubectl exec POD --"
		if s.Platform == Compose {
			look = "docker compose exec SERVICE"
		}
		d.manual("Find out where the application writes (`" + look + " find / -xdev -newer /proc/1 -type f`), mount volumes there, then set " + s.readOnlyKey() + " to true. The file sets it to false explicitly")
	}
	return d
}

// roomForCommands gives room to what the commands in the file write to, and to
// the paths that the file names for the program to write to. Where no empty place
// will do the decision becomes one for a person. known is false where a command
// may write to what nothing here tells.
func (s *Spec) roomForCommands(d *ReadOnlyDecision) (known bool) {
	known = true
	s.tmpForWords(d)
	for _, e := range s.effects() {
		if d.Level == fixer.Manual {
			return false
		}
		switch {
		case e.installs:
			d.manual("Install packages in the image, then make the root filesystem read-only. " + e.says() + ", which changes files across the root filesystem")
			d.Evidence = append(d.Evidence, e.evidence(s))
		case e.system && (!notRoot(d.User) || e.run.asRoot() || e.setuid):
			d.manual("Change the system files in the image, or mount volumes over them, then make the root filesystem read-only. " + e.says() + ", which changes system files")
			d.Evidence = append(d.Evidence, e.evidence(s))
		case e.here:
			d.manual("Write to an absolute path in a volume, or set the working directory to one, then make the root filesystem read-only. " + e.says() + ", which writes to an unknown working directory")
			d.Evidence = append(d.Evidence, e.evidence(s))
		case e.home != "":
			d.manual("Mount a tmpfs at the home directory of its user, or name a directory in one for its settings, then make the root filesystem read-only. " + e.says() + ", which writes its settings to " + e.home)
			d.Evidence = append(d.Evidence, e.evidence(s))
		case e.unknown || e.astray:
			known = false
			if !e.run.Start || e.astray {
				d.Evidence = append(d.Evidence, e.evidence(s))
			}
		}
		for _, at := range e.scratch {
			if d.Level != fixer.Manual && !s.Mounted(at) && !(s.Platform == Compose && s.Image.declaresVolume(at)) && !covered(d, at) {
				d.Scratch = append(slices.Clip(d.Scratch), image.WritablePath{Path: at, Kind: "runtime"})
			}
		}
		for _, at := range e.writes {
			if !s.roomAt(d, at, scratchDir(at), slices.Contains(e.makes, at)) && d.Level != fixer.Manual {
				d.manual("Mount a volume at " + directoryOf(at) + " that contains the image's files, then make the root filesystem read-only. " + e.says() + ", which writes among the image's own files")
				d.Evidence = append(d.Evidence, e.evidence(s))
			}
		}
	}
	for _, c := range s.configured {
		if within("/tmp", c.dir) && d.Level != fixer.Manual && (c.name == "pid" || c.name == "lock_file" || strings.HasSuffix(c.name, "_temp_path")) {
			s.roomAt(d, c.dir, "/tmp", false)
		}
	}
	if c := s.writesElsewhere(d); c != nil && d.Level != fixer.Manual {
		d.manual(c.instead(s) + ", then make the root filesystem read-only. " + c.says())
		d.Evidence = append(slices.Clip(d.Evidence), c.evidence())
	}
	if d.Level != fixer.Manual {
		s.roomWhereStarted(d)
	}
	for _, n := range s.namedPaths() {
		switch {
		case d.Level == fixer.Manual || n.Dir != "" && s.Mounted(n.Dir):
		case n.Dir == "":
			d.manual("Mount a volume, and name an absolute path in it for the database. " + n.Evidence.Text + ", a file outside all volumes")
			d.Evidence = append(d.Evidence, n.Evidence)
		case n.Data && !(s.Platform == Compose && s.Image.declaresVolume(n.Dir)) && !covered(d, n.Dir):
			d.manual("Mount a volume at " + n.Dir + " first. " + n.Evidence.Text + ", where the application keeps data, and nothing is mounted there")
			d.Evidence = append(d.Evidence, n.Evidence)
		case s.Image.copiesInto(n.Dir), !s.roomAt(d, n.Dir, n.Dir, !shipped(n.Dir) || scratchName[path.Base(n.Dir)]):
			d.manual("Mount a volume at " + n.Dir + ", then make the root filesystem read-only. " + n.Evidence.Text + ", a directory of the image's own files")
			d.Evidence = append(d.Evidence, n.Evidence)
		}
	}
	return known && d.Level != fixer.Manual
}

// scratchName holds names of directories that are for what may be lost.
var scratchName = text.WordSet("log logs tmp temp cache run pids spool")

// roomAt reports whether a path can be written to with a read-only root, and adds
// an empty place for it where one will do. free says that the directory is not
// the image's own.
func (s *Spec) roomAt(d *ReadOnlyDecision, at, dir string, free bool) bool {
	unbound(d, at)
	switch {
	case s.Mounted(at), s.Platform == Compose && s.Image.declaresVolume(at), covered(d, at):
		return true
	case s.Platform == Compose && within("/dev/shm", at):
		return true // Docker mounts it in every container
	case scratchable(at), free && !shipped(at), free && scratchName[path.Base(at)]:
		w := image.WritablePath{Path: dir, Kind: "runtime"}
		if dir == "/tmp" || dir == "/var/tmp" {
			w.Mode = "1777"
		}
		d.Scratch = append(slices.Clip(d.Scratch), w)
		return true
	}
	return false
}

// unbound takes the size from the empty place that a path lies in: more is written there
// than the image is known for.
func unbound(d *ReadOnlyDecision, at string) {
	for i, w := range d.Scratch {
		if w.Size != "" && within(w.Path, at) {
			d.Scratch = slices.Clone(d.Scratch)
			d.Scratch[i].Size = ""
		}
	}
}

// directoryOf is the directory to give a volume to so that a path can be written to.
// A volume in place of all that the image has is no advice.
func directoryOf(at string) string {
	if dir := path.Dir(at); !slices.Contains([]string{"/", "/etc", "/usr", "/var", "/var/lib"}, dir) {
		return dir
	}
	return at
}

// covered reports whether one of the places of a decision holds a path.
func covered(d *ReadOnlyDecision, at string) bool {
	return slices.ContainsFunc(d.Paths(), func(dir string) bool { return within(dir, at) })
}

// writes is what a known image needs in the way of places to write to.
type writes struct {
	paths       []image.WritablePath // written to in this configuration, and not mounted
	conditional bool                 // the configuration may ask for more
	unknown     []string             // what it may ask for, in words
	refused     string               // why no empty place will do, as advice; "" where it will
	hidden      string               // the path whose files an empty place would hide
	env         map[string]string    // variables that keep it from writing there
}

// ofClient is what is left of it where the program of the image does not start, but a
// client that is in the image, too: it keeps no data and makes no sockets.
func (w writes) ofClient() writes {
	var out writes
	for _, at := range w.paths {
		if at.Kind == "tmp" {
			out.paths = append(out.paths, at)
		}
	}
	return out
}

func (s *Spec) scratch(e *image.Entry) writes {
	var out writes
	for _, w := range e.Writable {
		when := s.holds(w.When)
		places, told := s.places(w)
		switch {
		case when == No:
		case when == Unknown:
			out.conditional = true
			out.unknown = append(out.unknown, fmt.Sprintf("%s writes to %s if %s", e.ID, placeOf(w), w.When))
		case !told:
			if w.Ships && out.refused == "" {
				out.refused = fmt.Sprintf("Mount a volume that contains the image's files at %s. %s writes there, and an empty place would hide those files", placeOf(w), e.ID)
			}
			if out.conditional = true; w.Kind == "data" && (w.When != nil || s.names(w)) && out.refused == "" {
				out.refused = fmt.Sprintf("Find out where %s writes %s, and mount a volume there first", e.ID, placeOf(w))
				if w.When != nil {
					out.refused += " (" + w.When.Says + ")"
				}
			}
		case w.When != nil && len(w.When.Set) > 0:
			for name, value := range w.When.Set {
				out.env = with(out.env, name, value)
			}
		default:
			for _, at := range places {
				s.place(e, w, at, &out)
			}
		}
	}
	return out
}

// names reports whether an option or a variable says where a path of the table is.
func (s *Spec) names(w image.WritablePath) bool {
	return w.Env != "" && s.setsEnv(w.Env) || slices.ContainsFunc(w.Option, func(option string) bool { return len(s.option(option)) > 0 })
}

// places returns where a path of the table is in this container: a variable or an
// option may name another one. told is false where nothing here tells.
func (s *Spec) places(w image.WritablePath) (list []string, told bool) {
	named := []string{}
	for _, option := range w.Option {
		named = append(named, s.option(option)...)
	}
	if value, known := s.variable(w.Env); w.Env != "" && s.setsEnv(w.Env) {
		if !known || !path.IsAbs(value) {
			return nil, false
		}
		named = append(named, value)
	}
	for _, at := range named {
		if !path.IsAbs(at) {
			return nil, false
		}
		if at = path.Clean(at); w.File {
			at = path.Dir(at)
		}
		list = append(list, at)
	}
	switch {
	case len(list) > 0:
		return list, true
	case w.Path != "":
		return []string{w.Path}, true
	}
	return nil, false
}

// place finds room for one path of a known image.
func (s *Spec) place(e *image.Entry, w image.WritablePath, at string, out *writes) {
	refuse := func(advice string) {
		if out.refused == "" {
			out.refused = advice
		}
	}
	if w.When != nil {
		defer func(had string) {
			if had == "" && out.refused != "" {
				out.refused += " (" + w.When.Says + ")"
			}
		}(out.refused)
	}
	switch {
	case s.Mounted(at) || s.Platform == Compose && s.Image.declaresVolume(at):
	case w.Ships && s.Platform == Compose:
		refuse(fmt.Sprintf("Mount a named volume at %s, which starts as a copy of the image's files. %s writes there, and a tmpfs would hide those files", at, e.ID))
		out.hidden = at
	case w.Ships:
		refuse(fmt.Sprintf("Mount a volume at %s that contains the image's files. %s writes there, and an empty volume would hide those files", at, e.ID))
		out.hidden = at
	case w.Kind == "data" && s.Platform == Compose:
		// Docker keeps what is written until the container is removed.
		refuse(fmt.Sprintf("Mount a named volume at %s first. %s keeps its data there, nothing is mounted there, and a tmpfs would lose the data at every stop", at, e.ID))
	case w.Kind == "data" && at != w.Path:
		refuse(fmt.Sprintf("Mount a PersistentVolumeClaim at %s first. %s is configured to keep its data there, and nothing is mounted there", at, e.ID))
	default:
		if s.Image.BuiltHere() || s.replacesStart() || s.holds(w.SizeWhen) != Yes {
			w.Size = "" // known of the image as it is
		}
		w.Path, w.Where = at, ""
		out.paths = append(out.paths, w)
	}
}

func placeOf(w image.WritablePath) string {
	if w.Path == "" {
		return w.Where
	}
	return w.Path
}

// andPaths continues a sentence about the mounts of a container with those that a
// fix adds.
func andPaths(list []string) string {
	if len(list) == 0 {
		return ""
	}
	return " and the added " + joined(list)
}

// readOnlyKey is how the file calls the setting of a read-only root filesystem.
func (s *Spec) readOnlyKey() string {
	if s.Platform == Compose {
		return "read_only"
	}
	return "readOnlyRootFilesystem"
}

var tmpDirectory = text.Regexp(`(^|[^\w./-])/tmp(/|\W|$)`)

// tmpForWords gives /tmp room where the words of a command name it.
func (s *Spec) tmpForWords(d *ReadOnlyDecision) {
	for _, r := range s.runs() {
		named := strings.Contains(r.Text, "/tmp") && tmpDirectory().MatchString(r.Text) ||
			slices.ContainsFunc(r.Words, func(w string) bool { return tmpDirectory().MatchString(w) })
		if named && !s.Mounted("/tmp") && !covered(d, "/tmp") {
			d.Scratch = append(slices.Clip(d.Scratch), image.WritablePath{Path: "/tmp", Mode: "1777"})
		}
	}
}
