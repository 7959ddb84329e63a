package rules_test

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/compose"
	"github.com/oakum-sec/oakum/fixer/container"
	"github.com/oakum-sec/oakum/fixer/engine"
	"github.com/oakum-sec/oakum/fixer/image"
	"github.com/oakum-sec/oakum/fixer/image/imagetest"
	"github.com/oakum-sec/oakum/fixer/rules"
)

// replayed are the circumstances in which every image is put: what else its service
// says. %[1]s stands for a directory where the image keeps data.
var replayed = map[string]string{
	"plain":            "",
	"named volume":     "    volumes: ['data:%[1]s']\n",
	"bind mount":       "    volumes: ['./data:%[1]s']\n",
	"tmpfs":            "    tmpfs: ['%[1]s']\n",
	"another volume":   "    volumes: ['data:/somewhere/else']\n",
	"docker socket":    "    volumes: ['/var/run/docker.sock:/var/run/docker.sock']\n",
	"command":          "    command: ['sh', '-c', 'chown -R 1:1 /srv/x && touch /etc/made && exec x']\n",
	"option":           "    command: ['--verbose']\n",
	"installs":         "    entrypoint: sh -c 'apt-get install -y x && exec x'\n",
	"hook":             "    post_start:\n      - {command: ['chown', '1', '/srv/x'], user: root}\n",
	"privileged hook":  "    post_start:\n      - {command: ['touch', '/etc/made'], user: root, privileged: true}\n",
	"health check":     "    healthcheck: {test: ['CMD-SHELL', 'echo x > /tmp/alive']}\n",
	"host network":     "    network_mode: host\n",
	"privileged":       "    privileged: true\n",
	"read-only":        "    read_only: true\n",
	"writable":         "    read_only: false\n",
	"user":             "    user: '1234:1234'\n",
	"user by name":     "    user: nobody\n",
	"root":             "    user: root\n",
	"capability":       "    cap_add: [SYS_ADMIN]\n",
	"told whom to be":  "    environment: {PUID: '1000', PGID: '1000'}\n",
	"environment file": "    env_file: [x.env]\n",
}

// TestComposeReplay puts an image of every family of the table into every
// circumstance, makes what all rules for Compose files fix up to review level, and
// holds the result against what the table knows: no edit contradicts it. It looks at
// the result alone, not at how it was decided.
func TestComposeReplay(t *testing.T) {
	refs := imagetest.References(t)
	var compose []*fixer.Rule
	for _, r := range rules.All() {
		if r.Kind == fixer.Compose {
			compose = append(compose, r)
		}
	}
	changed := 0
	for i, name := range slices.Sorted(maps.Keys(replayed)) {
		t.Run(name, func(t *testing.T) {
			var sources []fixer.Source
			for part := range slices.Chunk(shareOf(refs, i), replayedTogether) {
				sources = append(sources, fixer.Source{Path: fmt.Sprintf("%d/compose.yaml", len(sources)), Kind: fixer.Compose, Data: []byte(replayFile(part, replayed[name]))})
			}
			snap := fixer.NewSnapshot(sources)
			s := engine.NewSession(snap, nil, compose)
			if _, err := s.AcceptAll(fixer.Review, nil); err != nil {
				t.Fatal(err)
			}
			after := s.Plan().After
			before := specs(snap)
			for name, is := range specs(after) {
				was := before[name]
				if was == nil {
					continue
				}
				if is.differs(was) {
					changed++
				}
				for _, wrong := range is.contradictions(was) {
					t.Errorf("%s: %s", is.name, wrong)
				}
			}
		})
	}
	t.Logf("%d images in %d circumstances: %d services were edited", len(refs), len(replayed), changed)
	if changed < 300 {
		t.Errorf("only %d services were edited", changed)
	}
}

// shareOf returns the images to put into one circumstance: all of them, and where time is
// short every eighth, each circumstance others.
func shareOf(refs []string, circumstance int) []string {
	if !testing.Short() {
		return refs
	}
	var out []string
	for i, ref := range refs {
		if i%8 == circumstance%8 {
			out = append(out, ref)
		}
	}
	return out
}

// replayedTogether is how many images one file has: fewer are checked faster.
const replayedTogether = 16

func replayFile(refs []string, says string) string {
	var b strings.Builder
	b.WriteString("services:\n")
	for i, ref := range refs {
		dir := "/data"
		if e := (&fixer.Facts{}).Image(ref).Entry; e != nil && len(e.Volumes) > 0 {
			dir = e.Volumes[0].Path
		}
		fmt.Fprintf(&b, "  s%d:\n    image: '%s'\n", i, ref)
		if strings.Contains(says, "%") {
			fmt.Fprintf(&b, says, dir)
		} else {
			b.WriteString(says)
		}
	}
	return b.String() + "volumes: {data: {}}\n"
}

// A replay is one service, as its file has it.
type replay struct {
	*container.Spec
	name    string
	view    compose.View
	dropped bool // ALL
}

func specs(snap *fixer.Snapshot) map[string]*replay {
	out := map[string]*replay{}
	look := &fixer.Rule{Name: "test/look", Kind: fixer.Compose, Check: func(p *fixer.Pass) {
		for _, v := range p.Topology().Compose().Views(p.File.Path) {
			name, _ := v.ImageName()
			r := &replay{Spec: container.FromService(p, v), name: name, view: v}
			for _, c := range v.List("cap_drop") {
				r.dropped = r.dropped || c.Node.Text() == "ALL"
			}
			out[p.File.Path+" "+v.Name] = r
		}
	}}
	for f := range snap.Files() {
		fixer.NewInspection(snap, f, &fixer.Facts{}).Run(look)
	}
	return out
}

// differs reports whether a service became another in what the table speaks of.
func (is *replay) differs(was *replay) bool {
	return is.ReadOnly.Yes() != was.ReadOnly.Yes() || is.dropped != was.dropped || is.User.Set != was.User.Set || is.User.Identity != was.User.Identity
}

// contradictions returns what a service became that the facts speak against.
func (is *replay) contradictions(was *replay) (found []string) {
	e := is.Image.Program() // of an image built here on another, what that one starts
	user, _ := is.StartsAs()
	nonRoot := user.IsNonRoot() || !user.KnownUID && user.Name != ""
	wrong := func(format string, args ...any) { found = append(found, fmt.Sprintf(format, args...)) }
	if was.User.Set && !was.User.Identity.IsRoot() && is.User.Identity != was.User.Identity {
		wrong("user was set to %v, and is %v", was.User.Identity, is.User.Identity)
	}
	if was.ReadOnly.Yes() && !is.ReadOnly.Yes() {
		wrong("read_only is gone")
	}
	if is.Privileged.Yes() && is.User.Set && !was.User.Set {
		wrong("a user is set in a privileged container")
	}
	if e == nil {
		return found
	}
	if is.User.Set && (!was.User.Set || was.User.Identity.IsRoot()) && is.User.Identity.IsNonRoot() {
		is.judgeUser(was, wrong)
	}
	if is.ReadOnly.Yes() && !was.ReadOnly.Yes() {
		is.judgeRoom(was, user, nonRoot, wrong)
	}
	if is.dropped && !was.dropped {
		is.judgeCapabilities(nonRoot, wrong)
	}
	return found
}

// judgeUser holds a user that a fix has set against the table.
func (is *replay) judgeUser(was *replay, wrong func(string, ...any)) {
	e, user := is.Image.Entry, is.User.Identity
	told := was.User.Set && was.Image.User.IsNonRoot() // the image's own in place of root
	switch {
	case told && user.UID == was.Image.User.UID:
	case e.NonRoot.Support != image.SupportYes && e.NonRoot.Support != image.SupportConditional:
		wrong("user %v, and it does not run without root (%s)", user, e.NonRoot.Support)
	case e.Service != nil && e.Service.UID == user.UID:
	case !e.NonRoot.AnyUID:
		wrong("user %v is not the one it is known to run as", user)
	}
	for _, c := range e.NonRoot.Conditions {
		if !told && is.Holds(c) == container.No && !mayBeGiven(is, c) {
			wrong("user %v, and it runs without root only if %s", user, c)
		}
	}
	for _, m := range is.Mounts {
		data := m.Kind == container.MountVolume && !m.ReadOnly
		known := container.HoldsData(e, m.Target) || slices.ContainsFunc(e.Writable, func(w image.WritablePath) bool { return w.Path == m.Target })
		switch {
		case m.Kind == container.MountHost && !m.ReadOnly && path.Ext(m.Host) == "": // a directory
			wrong("user %v, and %s of the host may belong to another", user, m.Host)
		case data && (!known || e.Service == nil && !told):
			wrong("user %v, and a new volume at %s belongs to root", user, m.Target)
		}
	}
	for _, r := range is.Runs {
		if !r.Privileged && strings.Contains(strings.Join(r.Words, " "), "chown") && r.User != "root" {
			wrong("user %v, and %s changes owners", user, r.What)
		}
	}
	if start := strings.Join(append(slices.Clone(is.Entrypoint), is.Command...), " "); strings.Contains(start, "chown") || strings.Contains(start, "apt-get") {
		wrong("user %v, and it starts %q", user, start)
	}
}

// mayBeGiven reports whether what a condition asks for is in the file once the fix is
// made: a directory that belongs to the user.
func mayBeGiven(is *replay, c *image.Condition) bool {
	return c.Not != nil && len(c.Not.Mount) > 0 && !slices.ContainsFunc(is.Mounts, func(m container.Mount) bool { return m.Kind == container.MountHost })
}

// judgeRoom holds a root filesystem that a fix has made read-only against the table.
func (is *replay) judgeRoom(was *replay, user image.Identity, nonRoot bool, wrong func(string, ...any)) {
	e := is.Image.Entry
	if e.ReadOnly.Support == image.SupportNo {
		wrong("a read-only root, on which it does not run")
	}
	own := func(at string) bool {
		return slices.ContainsFunc(e.Volumes, func(v image.Volume) bool { return v.Path == at || strings.HasPrefix(at, v.Path+"/") })
	}
	for _, w := range e.Writable {
		if w.Path == "" || w.Env != "" || len(w.Option) > 0 || is.Holds(w.When) != container.Yes || w.When != nil && len(w.When.Set) > 0 || own(w.Path) {
			continue
		}
		if !is.Mounted(w.Path) {
			wrong("a read-only root, and no room at %s (%v)", w.Path, w.When)
		}
		for _, m := range is.view.Mounts() {
			if !m.Tmpfs || was.Mounted(m.Target) || container.UnderRun(m.Target) != container.UnderRun(path.Clean(w.Path)) {
				continue
			}
			options := m.Node.Text()
			if nonRoot && !w.Everybody() && user.KnownUID && !strings.Contains(options, "uid="+strconv.Itoa(user.UID)) && !strings.Contains(options, "777") {
				wrong("the tmpfs at %s does not belong to %v: %s", w.Path, user, options)
			}
			if w.Ships {
				wrong("the tmpfs at %s hides files of the image", w.Path)
			}
			if w.Kind == "data" {
				wrong("the tmpfs at %s loses data", w.Path)
			}
		}
	}
	start := strings.Join(append(slices.Clone(is.Entrypoint), is.Command...), " ")
	for _, r := range is.Runs {
		if !r.Privileged {
			start += " " + strings.Join(r.Words, " ") + " " + r.Text
		}
	}
	for _, word := range []string{"apt-get", "/etc/made"} {
		if strings.Contains(start, word) {
			wrong("a read-only root, and what is run holds %s", word)
		}
	}
	if strings.Contains(start, "/tmp/") && !is.Mounted("/tmp") {
		wrong("a read-only root, and what is run writes to /tmp")
	}
}

// judgeCapabilities holds the capabilities that a fix has taken against the table.
func (is *replay) judgeCapabilities(nonRoot bool, wrong func(string, ...any)) {
	has := func(name string) bool { return slices.Contains(is.Add, name) }
	e := is.Image.Program()
	if e == nil {
		return
	}
	need := slices.Clone(e.CapsNonRoot)
	if !nonRoot {
		need = slices.Clone(e.CapsRoot.Need)
		for name, when := range e.CapsRoot.Conditional {
			if is.Holds(when) == container.Yes {
				need = append(need, name)
			}
		}
	}
	for _, name := range need {
		if !has(name) {
			wrong("ALL is dropped, and %s is needed", name)
		}
	}
	start := strings.Join(append(slices.Clone(is.Entrypoint), is.Command...), " ")
	for _, r := range is.Runs {
		if !r.Privileged && r.User == "root" {
			start += " " + strings.Join(r.Words, " ")
		}
	}
	if strings.Contains(start, "chown") && !nonRoot && !has("CHOWN") {
		wrong("ALL is dropped, and what is run changes owners")
	}
	if strings.Contains(start, "apt-get") && !nonRoot {
		wrong("ALL is dropped, and what is run installs packages")
	}
}
