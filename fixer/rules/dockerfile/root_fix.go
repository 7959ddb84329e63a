package dockerfile

import (
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/build"
	"github.com/oakum-sec/oakum/fixer/dockerfile"
	"github.com/oakum-sec/oakum/fixer/text"
)

// fix writes USER with the account's numbers behind the last step that needs
// root, and gives it the folders that the program provably writes to. Numbers,
// because a kubelet cannot check a name against runAsNonRoot.
func (s *imageCheck) fix(a account) fixer.Fix {
	title := "Set USER to " + a.numbers()
	switch {
	case a.command != nil:
		title = fmt.Sprintf("Set the uid of %s to %d and set USER to that uid", a.name, a.uid)
	case a.name != "":
		title = fmt.Sprintf("Set USER to %s (%s)", a.numbers(), a.name)
	}
	gid := ""
	if a.group {
		gid = strconv.Itoa(a.gid)
	}
	where := s.spot()
	given := s.givenFolders(where)
	if paths := given.paths(); len(paths) > 0 {
		title += " and make that user the owner of " + strings.Join(paths, ", ")
	}
	if len(given) > len(given.paths()) {
		title += ", and open /root with chmod 755"
	}
	file, children := s.file, s.children()
	if len(children) > 0 {
		title += fmt.Sprintf("; keep root in %s", stagePath(children[0]))
	}
	return fixer.Fix{
		ID: "user", Title: title, Level: fixer.Review,
		Breaks: s.breaks(a, given),
		Verify: "docker image inspect --format '{{.Config.User}}' IMAGE\nprints the new uid\n\ndocker run --rm IMAGE\nstarts the application without a \"permission denied\" error",
		Params: []fixer.Param{paramUID.With(strconv.Itoa(a.uid)), paramGID.With(gid)},
		Edit: func(d *fixer.Draft) error {
			return writeUser(d, file, children, where, given, a.command)
		},
	}
}

// writeUser makes the edits of a fix: the user with the numbers chosen, folders
// given to it, and what lines have to run before, as root.
func writeUser(d *fixer.Draft, file *dockerfile.File, children []*dockerfile.Stage, where insertionPoint, given writables, number *build.Numberless, before ...string) error {
	user := d.Param("uid")
	if g := d.Param("gid"); g != "" {
		user += ":" + g
	}
	edits, err := keepChildren(file, children)
	if err != nil {
		return err
	}
	if number != nil {
		e, err := number.SetUID(d.Param("uid"))
		if err != nil {
			return err
		}
		edits = append(edits, e...)
	}
	for _, volume := range given.volumes() {
		e, err := file.InsertBefore(volume, given.run(file, volume, user))
		if err != nil {
			return err
		}
		edits = append(edits, e...)
	}
	if line := given.run(file, nil, user); line != "" {
		before = append(before, line)
	}
	e, err := where.insert(file, user, before)
	if err != nil {
		return err
	}
	d.Dockerfile(append(edits, e...), dockerfile.FieldUser)
	return nil
}

// breaks says what can stop working, from what the file shows.
func (s *imageCheck) breaks(a account, given writables) string {
	var out []string
	if s.last.At != nil && s.last.Text != "" {
		out = append(out, fmt.Sprintf("Line %d sets root, perhaps because the application needs root", s.last.At.Line))
	}
	places := []string{}
	if w := s.stage.Workdir(); w.Known && w.Text != "/" {
		places = append(places, w.Text)
	}
	for _, v := range s.stage.Volumes() {
		if !slices.Contains(given.paths(), path.Clean(v.Text)) {
			places = append(places, "volume "+v.Text)
		}
	}
	if e := s.profile.Entry; e != nil {
		for _, w := range e.Writable {
			if w.Always() && w.Mode != "1777" && w.Path != "/tmp" && !slices.Contains(places, w.Path) {
				places = append(places, w.Path)
			}
		}
	}
	if len(places) == 0 {
		out = append(out, "The application can no longer write to files that root owns in the image")
	} else {
		out = append(out, "The application can no longer write to files that root owns, for example in "+brief(places))
	}
	if low := s.lowPorts(); len(low) > 0 {
		out = append(out, fmt.Sprintf("The application listens on port %s, which CRI-O and containerd 1 allow only for root", strings.Join(low, ", ")))
	}
	if kept := keptFiles(s.pass, s.stage); kept != "" {
		out = append(out, text.Capital(kept)+", where existing files belong to another user")
	}
	if len(given.volumes()) > 0 {
		out = append(out, "Existing volumes keep their owner")
	}
	for _, r := range s.starts() {
		if r.start.Kind == build.StartsScript && s.room == nil {
			out = append(out, r.start.What+" fails if its script in package.json, which oakum does not read, writes to files of root")
			break
		}
	}
	if script := s.script(); script != "" && len(s.scripts()) == 0 {
		out = append(out, script+", which oakum does not read, fails if it changes owners or users")
	}
	if !s.baseKnown() {
		out = append(out, "The base image "+s.base+" is unknown")
	}
	if a.breaks != "" {
		out = append(out, a.breaks)
	}
	return strings.Join(out, ". ")
}

// lowPorts returns the ports below 1024 that the file exposes or, when it
// exposes none, that the base is known to listen on.
func (s *imageCheck) lowPorts() []string {
	var out []string
	add := func(n int) {
		if text := strconv.Itoa(n); n > 0 && n < 1024 && !slices.Contains(out, text) {
			out = append(out, text)
		}
	}
	exposed := s.stage.Exposes()
	for _, port := range exposed {
		add(port.Number)
	}
	if e := s.profile.Entry; e != nil && len(exposed) == 0 {
		for _, port := range e.Ports {
			if port.When == nil {
				add(port.Number)
			}
		}
	}
	return out
}

// An insertionPoint is where USER goes: in the place of a USER that no step stands behind,
// else before the ENTRYPOINT or CMD behind the last step that needs root, or at
// the end.
type insertionPoint struct {
	index         int // instructions of the stage from this one on come behind it
	replace       *dockerfile.Instruction
	before, after *dockerfile.Instruction
}

func (s *imageCheck) spot() insertionPoint {
	list := s.stage.Instructions
	step := -1
	for k, i := range list {
		switch i.Keyword {
		case "RUN", "COPY", "ADD", "WORKDIR":
			step = k
		case "USER":
			if i == s.last.At && !slices.ContainsFunc(list[k:], needsRootToBuild) {
				return insertionPoint{index: k + 1, replace: i}
			}
			step = k
		}
	}
	for k, i := range list[step+1:] {
		if i.Keyword == "ENTRYPOINT" || i.Keyword == "CMD" {
			return insertionPoint{index: step + 1 + k, before: i}
		}
	}
	// The end of what matters: settings behind the last step stay behind it.
	if step < 0 {
		return insertionPoint{index: len(list), after: s.stage.Last()}
	}
	return insertionPoint{index: step + 1, after: list[step]}
}

// insert writes USER, behind lines that need the user in force until there.
func (at insertionPoint) insert(f *dockerfile.File, user string, before []string) ([]text.Edit, error) {
	lines := append(slices.Clone(before), matchCase(f, "USER")+" "+user)
	switch {
	case at.replace != nil && len(before) == 0:
		return f.ReplaceWord(at.replace, at.replace.Args, user)
	case at.replace != nil: // it is what lets the lines before run as root
		return f.InsertAfter(at.replace, lines...)
	case at.before != nil:
		return f.InsertBefore(at.before, lines...)
	}
	return f.InsertAfter(at.after, lines...)
}

// needsRootToBuild reports whether a step may need root while building. WORKDIR
// makes a folder, which would belong to the user.
func needsRootToBuild(i *dockerfile.Instruction) bool {
	return slices.Contains([]string{"RUN", "COPY", "ADD", "WORKDIR"}, i.Keyword)
}
