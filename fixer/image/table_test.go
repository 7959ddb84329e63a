package image

import (
	"bytes"
	"encoding/json"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// capabilities are all those of Linux, by their names without CAP_.
var capabilities = strings.Fields(`AUDIT_CONTROL AUDIT_READ AUDIT_WRITE BLOCK_SUSPEND BPF CHECKPOINT_RESTORE CHOWN
	DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID IPC_LOCK IPC_OWNER KILL LEASE LINUX_IMMUTABLE MAC_ADMIN MAC_OVERRIDE
	MKNOD NET_ADMIN NET_BIND_SERVICE NET_BROADCAST NET_RAW PERFMON SETFCAP SETGID SETPCAP SETUID SYSLOG SYS_ADMIN
	SYS_BOOT SYS_CHROOT SYS_MODULE SYS_NICE SYS_PACCT SYS_PTRACE SYS_RAWIO SYS_RESOURCE SYS_TIME SYS_TTY_CONFIG WAKE_ALARM`)

var (
	wordPattern  = regexp.MustCompile(`^[a-z0-9.]+\*?$`)
	rangePattern = regexp.MustCompile(`^((<|>|<=|>=|)\d+(\.\d+)*)( (<|>|<=|>=|)\d+(\.\d+)*)*$`)
	userPattern  = regexp.MustCompile(`^(\d+(:\d+)?|[a-z]+)$`)
	envPattern   = regexp.MustCompile(`^[A-Z0-9_*]+_FILE$`)
)

// families are those of the table, decoded.
func families(t *testing.T) (out []*family) {
	t.Helper()
	for _, decode := range loadTable().facts {
		f, err := decode()
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, f)
	}
	return out
}

// TestFamilies checks every entry of the image table.
func TestFamilies(t *testing.T) {
	table := loadTable()
	if len(table.Families) < 75 {
		t.Fatalf("only %d entries", len(table.Families))
	}
	ids := map[string]bool{}
	for _, f := range families(t) {
		t.Run(f.ID, func(t *testing.T) {
			if f.ID == "" || ids[f.ID] {
				t.Error("the id is missing or taken")
			}
			ids[f.ID] = true
			if len(f.Repos) == 0 {
				t.Error("no repository")
			}
			for _, repo := range f.Repos {
				ref, err := ParseReference(strings.ReplaceAll(repo, "*", "x"))
				if err != nil || ref.Name() != strings.ReplaceAll(repo, "*", "x") {
					t.Errorf("repository %q: not a full name: %v", repo, err)
				}
			}
			checkSelector(t, f.selector)
			if f.From != "" {
				from := slices.ContainsFunc(table.Families, func(h heading) bool { return h.ID == f.From })
				if !from || f.Derived == nil {
					t.Errorf("from %q, derived %+v", f.From, f.Derived)
				} else {
					checkSources(t, table, "derived", []sourceInFile{*f.Derived})
				}
			} else if f.Default == nil || f.NonRoot == nil || f.CapsRoot == nil || f.Writable == nil || f.Volumes == nil || f.Ports == nil {
				t.Error("a field is missing that every entry must have")
			}
			if f.From == "" && len(f.Evidence[FieldDefault]) == 0 {
				t.Error("nothing says where the default user is from")
			}
			checkFacts(t, table, &f.facts)
			for i := range f.Variants {
				v := &f.Variants[i]
				if !v.restricts() {
					t.Errorf("variant %d is for every tag", i)
				}
				checkSelector(t, v.selector)
				checkFacts(t, table, &v.facts)
				for _, field := range v.Without {
					if !slices.Contains(Fields(), field) {
						t.Errorf("variant %d: unknown field %q", i, field)
					}
				}
				if len(v.fields())+len(v.Without)+len(v.Evidence) == 0 {
					t.Errorf("variant %d says nothing", i)
				}
			}
		})
	}
}

func checkSelector(t *testing.T, s selector) {
	t.Helper()
	for _, w := range slices.Concat(s.Words, s.Also) {
		if !wordPattern.MatchString(w) {
			t.Errorf("word %q", w)
		}
	}
	if s.Version != "" && !rangePattern.MatchString(s.Version) {
		t.Errorf("version range %q", s.Version)
	}
}

func checkFacts(t *testing.T, table *table, f *facts) {
	t.Helper()
	oneOf := func(what, value string, allowed ...string) {
		t.Helper()
		if !slices.Contains(allowed, value) {
			t.Errorf("%s: unknown %q", what, value)
		}
	}
	caps := func(list ...string) {
		t.Helper()
		for _, c := range list {
			oneOf("capability", c, capabilities...)
		}
	}
	for field, sources := range f.Evidence {
		oneOf("evidence", string(field), names(Fields())...)
		checkSources(t, table, string(field), sources)
	}
	if d := f.Default; d != nil && f.NonRoot != nil {
		if d.IsNonRoot() && f.NonRoot.Support != SupportDefault || d.IsRoot() && f.NonRoot.Support == SupportDefault {
			t.Errorf("starts as %v, yet non-root support is %q", d, f.NonRoot.Support)
		}
	}
	if s := f.Service; s != nil && (s.IsRoot() || s.Name == "" && !s.KnownUID) {
		t.Errorf("service account %+v", s)
	}
	if n := f.NonRoot; n != nil {
		oneOf("nonroot", string(n.Support), "default", "yes", "conditional", "no", "app", "unknown")
	}
	if r := f.ReadOnly; r != nil {
		oneOf("read_only", string(r.Support), "yes", "conditional", "no", "unknown")
	}
	if n := f.NonRoot; n != nil {
		for _, c := range n.Conditions {
			checkCondition(t, c)
		}
	}
	for _, w := range f.Writable {
		oneOf("kind of "+w.Path, w.Kind, "data", "config", "log", "runtime", "tmp", "cache")
		if (w.Path == "") == (w.Where == "") || w.Path != "" && (!path.IsAbs(w.Path) || path.Clean(w.Path) != w.Path || strings.ContainsAny(strings.ReplaceAll(w.Path, "<name>", ""), "$<{ ")) {
			t.Errorf("writable: path %q, where %q", w.Path, w.Where)
		}
		checkCondition(t, w.When)
		checkCondition(t, w.SizeWhen)
		if w.File && len(w.Option) == 0 || len(w.Option) > 0 && w.Path != "" {
			t.Errorf("writable %q: options %q name another place", w.Path, w.Option)
		}
		if w.Size != "" && (w.Kind != "runtime" || w.Note == "" || w.SizeWhen == nil || !strings.HasSuffix(w.Size, "m") || strings.Trim(w.Size, "0123456789m") != "") {
			t.Errorf("size %q of %s: what is written there, and when that is so?", w.Size, w.Path)
		}
		if w.Mode != "" && strings.Trim(w.Mode, "01234567") != "" {
			t.Errorf("mode %q", w.Mode)
		}
	}
	for _, v := range f.Volumes {
		if !path.IsAbs(v.Path) {
			t.Errorf("volume %q", v.Path)
		}
	}
	for _, p := range f.Ports {
		oneOf("protocol", p.Protocol, "tcp", "udp")
		checkCondition(t, p.When)
		if p.Number < 1 || p.Number > 65535 || p.Last != 0 && (p.Last <= p.Number || p.Last > 65535) {
			t.Errorf("port %+v", p)
		}
	}
	caps(f.CapsNonRoot...)
	if c := f.CapsRoot; c != nil {
		caps(c.Need...)
		caps(c.Optional...)
		checkCondition(t, c.Gains)
		for name, weaker := range c.Instead {
			caps(name, weaker)
		}
		for name, when := range c.Conditional {
			caps(name)
			if when == nil {
				t.Errorf("capability %s: no condition", name)
			}
			checkCondition(t, when)
		}
	}
	if h := f.Healthcheck; h != nil {
		if h.Builtin == (len(h.Test) > 0) {
			t.Errorf("health check %+v: neither or both", h)
		}
		if !h.Builtin {
			oneOf("health check", h.Test[0], "CMD", "CMD-SHELL")
			checkCondition(t, h.When)
		}
	}
	for _, env := range f.SecretFileEnv {
		if !envPattern.MatchString(env) {
			t.Errorf("secret file variable %q", env)
		}
	}
	for _, o := range f.NoPassword {
		if strings.Trim(o.Env, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.") != "" || o.Env == "" {
			t.Errorf("variable without a password %q", o.Env)
		}
	}
	for _, a := range f.Alternatives {
		ref, err := ParseReference(strings.ReplaceAll(a.Image, "*", "x"))
		if err != nil || ref.String() != strings.ReplaceAll(a.Image, "*", "x") {
			t.Errorf("alternative %q: not a full name: %v", a.Image, err)
		}
		if a.User != "" && !userPattern.MatchString(a.User) {
			t.Errorf("alternative %q: user %q", a.Image, a.User)
		}
	}
}

// checkCondition checks that a condition is data with words, or text with the
// reason why it is no data.
func checkCondition(t *testing.T, c *Condition) {
	t.Helper()
	if c == nil {
		return
	}
	parts := len(c.Env) + len(c.Word) + len(c.Program) + len(c.Calls) + len(c.Mount) + len(c.Replaced) + len(c.All) + len(c.Any) + len(c.User)
	if c.Not != nil {
		parts++
	}
	if c.LowPort || c.Default {
		parts++
	}
	switch {
	case parts == 0 == (c.Unknown == ""):
		t.Errorf("condition %q: neither data nor a reason, or both", c.Says)
	case c.User != "" && c.User != "root" && c.User != "other", len(c.As) > 0 && len(c.Mount) == 0:
		t.Errorf("condition %q: user %q, mounted as %q", c.Says, c.User, c.As)
	}
	for _, as := range c.As {
		if !slices.Contains([]string{"host", "volume", "scratch", "files", "other", "unprepared"}, as) {
			t.Errorf("condition %q: mounted as %q", c.Says, as)
		}
	}
	for _, at := range slices.Concat(c.Mount, c.Replaced) {
		if !path.IsAbs(at) {
			t.Errorf("condition %q: mount %q", c.Says, at)
		}
	}
	for _, inner := range slices.Concat(c.All, c.Any, []*Condition{c.Not}) {
		checkCondition(t, inner)
	}
}

// TestEveryConditionIsSaid looks at the conditions that stand on their own.
func TestEveryConditionIsSaid(t *testing.T) {
	data, text := 0, 0
	for _, f := range families(t) {
		for _, facts := range append([]facts{f.facts}, variantFacts(f)...) {
			for _, c := range conditionsOf(&facts) {
				if c.Says == "" {
					t.Errorf("%s: a condition without words: %+v", f.ID, *c)
				}
				if c.Unknown != "" {
					text++
				} else {
					data++
				}
			}
		}
	}
	t.Logf("%d conditions are data, %d are text with a reason", data, text)
	if data < 2*text {
		t.Errorf("of %d conditions %d are no data", data+text, text)
	}
}

func variantFacts(f *family) (out []facts) {
	for _, v := range f.Variants {
		out = append(out, v.facts)
	}
	return out
}

// conditionsOf are those that a decision asks for.
func conditionsOf(f *facts) (out []*Condition) {
	for _, w := range f.Writable {
		out = append(out, w.When)
	}
	for _, p := range f.Ports {
		out = append(out, p.When)
	}
	if f.CapsRoot != nil {
		out = append(out, f.CapsRoot.Gains)
		for _, when := range f.CapsRoot.Conditional {
			out = append(out, when)
		}
	}
	if f.NonRoot != nil && f.NonRoot.Support != SupportNo {
		out = append(out, f.NonRoot.Conditions...)
	}
	return slices.DeleteFunc(out, func(c *Condition) bool { return c == nil })
}

func checkSources(t *testing.T, table *table, what string, sources []sourceInFile) {
	t.Helper()
	if len(sources) == 0 {
		t.Errorf("%s: an empty list of sources", what)
	}
	for _, s := range sources {
		switch {
		case s.Source != "":
			from, ok := table.Sources[s.Source]
			if !ok || from.Repository == "" || from.Commit == "" || s.Path == "" || s.Method != "" {
				t.Errorf("%s: source %+v", what, s)
			}
		case s.Method != ByTest && s.Method != Unverified || s.Path != "" || s.Commit != "":
			t.Errorf("%s: source %+v", what, s)
		}
	}
}

func names(fields []Field) []string {
	out := make([]string, 0, len(fields))
	for _, f := range fields {
		out = append(out, string(f))
	}
	return out
}

// TestNoTie asks for every repository with every word and version the table
// knows, and fails when two entries answer equally well.
func TestNoTie(t *testing.T) {
	table := loadTable()
	tags := []string{"", "latest"}
	for _, f := range families(t) {
		for _, w := range f.Words {
			tags = append(tags, strings.TrimSuffix(w, "*"))
		}
		for i := range f.Variants {
			for _, w := range f.Variants[i].Words {
				tags = append(tags, strings.TrimSuffix(w, "*"))
			}
		}
	}
	slices.Sort(tags)
	tags = slices.Compact(tags)
	for _, first := range slices.Clone(tags) {
		tags = append(tags, "2.7-"+first)
	}
	asked := 0
	for _, f := range table.Families {
		for _, repo := range f.Repos {
			name := strings.ReplaceAll(repo, "*", "x")
			var rivals []*heading
			for i := range table.Families {
				if slices.ContainsFunc(table.Families[i].Repos, func(pattern string) bool { return glob(pattern, name) }) {
					rivals = append(rivals, &table.Families[i])
				}
			}
			for _, tag := range tags {
				ref := Reference{Registry: DockerHub, Tag: strings.Trim(tag, "-")}
				ref.Registry, ref.Repository, _ = strings.Cut(name, "/")
				best, winners := [3]int{}, []string(nil)
				for _, g := range rivals {
					score, ok := g.match(ref, ref.Words())
					switch c := slices.Compare(score[:], best[:]); {
					case !ok || c < 0:
					case c > 0:
						best, winners = score, []string{g.ID}
					default:
						winners = append(winners, g.ID)
					}
				}
				asked++
				if len(winners) > 1 {
					t.Errorf("%s: %v answer equally", ref, winners)
				}
			}
		}
	}
	if asked < 1000 {
		t.Errorf("only %d references asked", asked)
	}
}

// TestIdentityKeys checks what strict decoding cannot see, since identities
// decode themselves.
func TestIdentityKeys(t *testing.T) {
	var walk func(v any) int
	walk = func(v any) (seen int) {
		switch v := v.(type) {
		case []any:
			for _, x := range v {
				seen += walk(x)
			}
		case map[string]any:
			for key, x := range v {
				identity, ok := x.(map[string]any)
				if ok && (key == "default" || key == "service") {
					seen++
					for k := range identity {
						if !slices.Contains([]string{"name", "uid", "gid", "numeric"}, k) {
							t.Errorf("identity %v: unknown key %q", identity, k)
						}
					}
				}
				seen += walk(x)
			}
		}
		return seen
	}
	seen := 0
	for line := range bytes.Lines(tableJSON) {
		var raw any
		if err := json.Unmarshal(line, &raw); err != nil {
			t.Fatal(err)
		}
		seen += walk(raw)
	}
	if seen < 100 {
		t.Errorf("only %d identities seen", seen)
	}
}

// TestBrokenTable makes sure that a broken table answers nothing and says why.
func TestBrokenTable(t *testing.T) {
	for _, data := range []string{"", "[", `{"families":3}`, `{"families":[{"id":"x"}]}`} {
		if _, err := decodeTable([]byte(data)); err == nil {
			t.Errorf("%q decoded", data)
		}
	}
	broken, err := decodeTable([]byte(`{"families":[{"id":"x","repos":["docker.io/library/x"]}]}` + "\n" + `{"default":{"uid":"x"}}` + "\n{}\n{}\n{}\n"))
	if err != nil {
		t.Fatal(err)
	}
	if _, known := broken.lookup(Reference{Registry: DockerHub, Repository: "library/x"}); known {
		t.Error("a family that cannot be decoded answers")
	}
	if _, err := decodeBases([]byte(`{"distributions":1}`), &lifecycles{}); err == nil {
		t.Error("bases decoded")
	}
	if _, err := decodeLifecycles([]byte(`{"products":1}`)); err == nil {
		t.Error("lifecycles decoded")
	}
}
