package dockerfile

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"oakum/fixer"
	"oakum/fixer/dockerfile"
	"oakum/fixer/text"
)

// fix writes USER with the account's numbers behind the last step that needs
// root. Numbers, because a kubelet cannot check a name against runAsNonRoot.
func (s *subject) fix(a account) fixer.Fix {
	title := "run as user " + a.numbers()
	if a.name != "" {
		title = fmt.Sprintf("run as the account %s (%s)", a.name, a.numbers())
	}
	gid := ""
	if a.group {
		gid = strconv.Itoa(a.gid)
	}
	fix := fixer.Fix{
		ID: "user", Title: title, Level: fixer.Review,
		Breaks: s.breaks(a),
		Verify: "docker image inspect --format '{{.Config.User}}' IMAGE   prints the number; then start it and use whatever it writes to",
		Params: []fixer.Param{
			{Name: "uid", Meaning: "user id the image runs as, 1 or above", Default: strconv.Itoa(a.uid), Validate: validID(1)},
			{Name: "gid", Meaning: "group id, 0 or above; empty for the group the account has in the image", Default: gid, Validate: optional(validID(0))},
		},
	}
	fix.Edit = func(d *fixer.Draft) error {
		user := d.Param("uid")
		if g := d.Param("gid"); g != "" {
			user += ":" + g
		}
		edits, err := s.place(user)
		if err != nil {
			return err
		}
		d.Dockerfile(s.pass.File.Path, edits, dockerfile.FieldUser)
		return nil
	}
	return fix
}

// breaks says what can stop working, from what the file shows.
func (s *subject) breaks(a account) string {
	var out []string
	if s.last.At != nil && s.last.Text != "" {
		out = append(out, fmt.Sprintf("line %d asks for root, perhaps for what runs in the end", s.last.At.Line))
	}
	places := []string{}
	if w := s.stage.Workdir(); w.Known && w.Text != "/" {
		places = append(places, w.Text)
	}
	for _, v := range s.stage.Volumes() {
		places = append(places, "the volume "+v.Text)
	}
	if e := s.profile.Entry; e != nil {
		for _, w := range e.Writable {
			if w.Always() && w.Mode != "1777" && w.Path != "/tmp" && !slices.Contains(places, w.Path) {
				places = append(places, w.Path)
			}
		}
	}
	if len(places) == 0 {
		out = append(out, "the program can no longer write to what root owns in the image")
	} else {
		out = append(out, "the program can no longer write to what root owns, which may be in "+strings.Join(places, ", "))
	}
	if low := s.lowPorts(); len(low) > 0 {
		out = append(out, fmt.Sprintf("it listens on port %s, which Docker lets any user do, but CRI-O and containerd 1 do not", strings.Join(low, ", ")))
	}
	if script := s.script(); script != "" {
		out = append(out, script+" is not read here, and fails if it changes owners or users")
	}
	if !s.baseKnown() {
		out = append(out, "nothing is known of the base "+s.base)
	}
	if a.breaks != "" {
		out = append(out, a.breaks)
	}
	return strings.Join(out, "; ")
}

// lowPorts returns the ports below 1024 that the file exposes or, when it
// exposes none, that the base is known to listen on.
func (s *subject) lowPorts() []string {
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
			if port.When == "" {
				add(port.Number)
			}
		}
	}
	return out
}

// place finds where USER goes. A USER that no step stands behind is replaced;
// else the new one comes before the ENTRYPOINT or CMD behind the last step that
// needs root, or at the end.
func (s *subject) place(user string) ([]text.Edit, error) {
	list := s.stage.Instructions
	step := -1
	for k, i := range list {
		switch i.Keyword {
		case "RUN", "COPY", "ADD", "WORKDIR":
			step = k
		case "USER":
			if i == s.last.At && !slices.ContainsFunc(list[k:], needsRootToBuild) {
				return s.file.ReplaceWord(i, i.Args, user)
			}
			step = k
		}
	}
	line := cased(s.file, "USER") + " " + user
	for _, i := range list[step+1:] {
		if i.Keyword == "ENTRYPOINT" || i.Keyword == "CMD" {
			return s.file.InsertBefore(i, line)
		}
	}
	// The end of what matters: settings behind the last step stay behind it.
	if step < 0 {
		return s.file.InsertAfter(s.stage.Last(), line)
	}
	return s.file.InsertAfter(list[step], line)
}

// needsRootToBuild reports whether a step may need root while building. WORKDIR
// makes a folder, which would belong to the user.
func needsRootToBuild(i *dockerfile.Instruction) bool {
	return slices.Contains([]string{"RUN", "COPY", "ADD", "WORKDIR"}, i.Keyword)
}

func validID(least int) func(string) error {
	return func(s string) error {
		if n, err := strconv.ParseUint(s, 10, 31); err != nil || int(n) < least {
			return errors.New("a whole number from " + strconv.Itoa(least) + " to 2147483647")
		}
		return nil
	}
}

func optional(validate func(string) error) func(string) error {
	return func(s string) error {
		if s == "" {
			return nil
		}
		return validate(s)
	}
}
