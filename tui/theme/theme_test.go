package theme

import (
	"fmt"
	"math"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"
)

var palettes = map[string]*palette{
	"dark": &darkPalette, "light": &lightPalette,
	"high-contrast dark": &highContrastDark, "high-contrast light": &highContrastLight,
	"colorblind dark": &colorblindDark, "colorblind light": &colorblindLight,
}

func TestPick(t *testing.T) {
	for _, c := range []struct {
		name                 string
		dark, noColor, ascii bool
		want                 string
		keyword              Style
	}{
		{"auto", true, false, false, "dark", ink(darkPalette.keyword)},
		{"auto", false, false, false, "light", ink(lightPalette.keyword)},
		{"", true, false, false, "dark", ink(darkPalette.keyword)},
		{"no such", false, false, false, "light", ink(lightPalette.keyword)},
		{"dark", false, false, false, "dark", ink(darkPalette.keyword)},
		{"light", true, false, false, "light", ink(lightPalette.keyword)},
		{"high-contrast", true, false, false, "high-contrast", ink(highContrastDark.keyword)},
		{"high-contrast", false, false, false, "high-contrast", ink(highContrastLight.keyword)},
		{"colorblind", true, false, false, "colorblind", ink(colorblindDark.keyword)},
		{"colorblind", false, false, true, "colorblind", ink(colorblindLight.keyword)},
		{"none", true, false, false, "none", Style{}},
		{"light", true, true, false, "none", Style{}},
		{"auto", false, true, true, "none", Style{}},
	} {
		got := Pick(c.name, c.dark, c.noColor, c.ascii)
		if got.Name != c.want || got.Keyword != c.keyword || got.ASCII != c.ascii {
			t.Errorf("Pick(%q, dark %t, noColor %t, ascii %t) = %s, keyword %q, ascii %t", c.name, c.dark, c.noColor, c.ascii, got.Name, got.Keyword.params, got.ASCII)
		}
		if wantMark := map[bool]string{true: "[x]", false: "[✓]"}[c.ascii]; got.Marks.Accepted != wantMark {
			t.Errorf("Pick(%q, ascii %t) has the mark %s", c.name, c.ascii, got.Marks.Accepted)
		}
	}
	for _, n := range Names() {
		if err := Check(n); err != nil {
			t.Error(err)
		}
	}
	if err := Check("drak"); err == nil || !strings.Contains(err.Error(), "high-contrast") {
		t.Errorf("Check of an unknown name says %v", err)
	}
}

// styles returns the roles of a theme by name.
func styles(th Theme) map[string]Style {
	out := map[string]Style{}
	v := reflect.ValueOf(th)
	for i := range v.NumField() {
		if s, ok := v.Field(i).Interface().(Style); ok {
			out[v.Type().Field(i).Name] = s
		}
	}
	return out
}

func TestEveryRoleHasAStyle(t *testing.T) {
	for name, p := range palettes {
		var th Theme
		p.fill(&th)
		for role, s := range styles(th) {
			if (s == Style{}) != (role == "Text") {
				t.Errorf("%s: %s is %q", name, role, s.params)
			}
		}
	}
}

func TestNoneHasNoColour(t *testing.T) {
	for role, s := range styles(Pick("none", true, false, false)) {
		if regexp.MustCompile(`(^|;)([34]8|[349]\d|10[0-7])(;|$)`).MatchString(s.params) {
			t.Errorf("%s has a colour: %q", role, s.params)
		}
	}
}

// TestContrast computes what a person needs to read every text of every theme,
// on every ground it can stand on.
func TestContrast(t *testing.T) {
	for name, p := range palettes {
		least := 4.5
		if strings.HasPrefix(name, "high-contrast") {
			least = 7
		}
		check := func(what string, text, on colour) {
			if r := contrast(text, on); r < least {
				t.Errorf("%s: %s has a contrast of %.2f, less than %.1f", name, what, r, least)
			}
		}
		for what, c := range map[string]colour{
			"text": p.text, "accent": p.accent, "dim": p.dim, "line": p.line, "key": p.key, "link": p.link,
			"low": p.low, "medium": p.medium, "high": p.high, "critical": p.critical,
			"good": p.good, "warn": p.warn, "bad": p.bad, "add": p.add, "del": p.del, "change": p.change,
			"keyword": p.keyword, "property": p.property, "string": p.str, "number": p.number,
			"comment": p.comment, "variable": p.variable, "punct": p.punct,
		} {
			check(what, c, p.ground)
		}
		for what, on := range map[string]colour{"added line": p.addLine, "removed line": p.delLine, "added word": p.addWord, "removed word": p.delWord} {
			for k, c := range map[string]colour{
				"text": p.text, "keyword": p.keyword, "property": p.property, "string": p.str, "number": p.number,
				"comment": p.comment, "variable": p.variable, "punct": p.punct,
			} {
				check(k+" on "+what, c, on)
			}
		}
		check("add on its line", p.add, p.addLine)
		check("del on its line", p.del, p.delLine)
		for k, c := range map[string]colour{"text": p.text, "dim": p.dim, "low": p.low, "medium": p.medium, "high": p.high, "critical": p.critical, "good": p.good, "warn": p.warn, "bad": p.bad, "accent": p.accent} {
			check(k+" under the cursor", c, p.cursor)
		}
		check("a match", p.onMatch, p.match)
	}
}

// TestColorblind looks at added and removed as people see them who lack one
// kind of cone.
func TestColorblind(t *testing.T) {
	for _, name := range []string{"colorblind dark", "colorblind light"} {
		p := palettes[name]
		for kind, m := range deficiencies {
			for what, pair := range map[string][2]colour{
				"marks": {p.add, p.del}, "lines": {p.addLine, p.delLine}, "words": {p.addWord, p.delWord},
			} {
				if d := distance(simulate(m, pair[0]), simulate(m, pair[1])); d < 20 {
					t.Errorf("%s: %s of added and removed are %.0f apart with %s", name, what, d, kind)
				}
			}
		}
	}
	// The measure must be able to say no: red and green of equal lightness.
	if d := distance(simulate(deficiencies["deuteranopia"], 0xb85c5c), simulate(deficiencies["deuteranopia"], 0x808040)); d > 20 {
		t.Errorf("the measure calls a red and a green %.0f apart", d)
	}
}

func TestMarks(t *testing.T) {
	u, a := reflect.ValueOf(unicodeMarks), reflect.ValueOf(asciiMarks)
	for i := range u.NumField() {
		name, us, as := u.Type().Field(i).Name, u.Field(i).String(), a.Field(i).String()
		if us == "" || ansi.StringWidth(us) != ansi.StringWidth(as) {
			t.Errorf("%s: %q and %q are not equally wide", name, us, as)
		}
		if strings.ContainsFunc(as, func(r rune) bool { return r < 0x20 || r > 0x7e }) {
			t.Errorf("%s: %q is not ASCII", name, as)
		}
		if strings.ContainsRune(us, 0xfe0f) {
			t.Errorf("%s: %q has a variation selector", name, us)
		}
	}
	for _, m := range []Marks{unicodeMarks, asciiMarks} {
		seen := map[string]bool{}
		for _, s := range []string{m.Open, m.Accepted, m.Skipped, m.Ignored, m.Manual, m.Blocked, m.Closed, m.Pending, m.Some} {
			if seen[s] {
				t.Errorf("two decisions look alike: %s", s)
			}
			seen[s] = true
		}
	}
}

func TestPaint(t *testing.T) {
	red, blue := Style{"31"}, Style{"44"}
	for _, c := range []struct{ got, want string }{
		{red.Paint("a"), "\x1b[31ma\x1b[m"},
		{red.Paint(""), ""},
		{Style{}.Paint("a"), "a"},
		{red.With(blue).Paint("a"), "\x1b[31;44ma\x1b[m"},
		{red.With(Style{}).Paint("a"), "\x1b[31ma\x1b[m"},
		{Style{}.With(red).Paint("a"), "\x1b[31ma\x1b[m"},
		{blue.Paint("a" + red.Paint("b") + "c"), "\x1b[44ma\x1b[31mb\x1b[m\x1b[44mc\x1b[m"},
		{blue.Paint("a" + red.Paint("b")), "\x1b[44ma\x1b[31mb\x1b[m"},
		{red.On() + "a" + red.Off(), red.Paint("a")},
		{Style{}.On() + Style{}.Off(), ""},
	} {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
}

func TestSeverityAndLevel(t *testing.T) {
	th := Pick("dark", true, false, false)
	for n, want := range []Style{{}, th.SeverityLow, th.SeverityMedium, th.SeverityHigh, th.SeverityCritical, {}} {
		if th.Severity(n) != want {
			t.Errorf("severity %d has the wrong style", n)
		}
	}
	for n, want := range []Style{{}, th.LevelSafe, th.LevelReview, th.LevelManual, {}} {
		if th.Level(n) != want {
			t.Errorf("level %d has the wrong style", n)
		}
	}
}

func TestFromEnv(t *testing.T) {
	for _, c := range []struct {
		env  string
		want Environment
	}{
		{"", Environment{ASCII: true}},
		{"LANG=en_US.UTF-8", Environment{}},
		{"LANG=C.utf8", Environment{}},
		{"LANG=C", Environment{ASCII: true}},
		{"LC_ALL=C LANG=en_US.UTF-8", Environment{ASCII: true}},
		{"LC_CTYPE=de_DE.UTF-8 LANG=C", Environment{}},
		{"LANG=ja_JP.UTF-8 RUNEWIDTH_EASTASIAN=1", Environment{ASCII: true}},
		{"LANG=C.UTF-8 NO_COLOR=1", Environment{NoColor: true}},
		{"LANG=C.UTF-8 NO_COLOR=yes-please", Environment{NoColor: true}},
		{"LANG=C.UTF-8 NO_COLOR=0", Environment{NoColor: true}},
		{"LANG=C.UTF-8 NO_COLOR=", Environment{}},
		{"LANG=C.UTF-8 ACCESSIBLE=1", Environment{Accessible: true}},
		{"LANG=C.UTF-8 ACCESSIBLE=0", Environment{}},
		{"LANG=C.UTF-8 TERM=dumb", Environment{Accessible: true}},
		{"LANG=C.UTF-8 TERM=xterm-256color", Environment{}},
	} {
		env := map[string]string{}
		for _, kv := range strings.Fields(c.env) {
			k, v, _ := strings.Cut(kv, "=")
			env[k] = v
		}
		if got := FromEnv(func(k string) string { return env[k] }); got != c.want {
			t.Errorf("%q: %+v, want %+v", c.env, got, c.want)
		}
	}
}

// The rest computes with colours.

func linear(c colour) [3]float64 {
	var out [3]float64
	for i := range out {
		v := float64(c>>(16-8*i)&0xff) / 255
		if v <= 0.04045 {
			out[i] = v / 12.92
		} else {
			out[i] = math.Pow((v+0.055)/1.055, 2.4)
		}
	}
	return out
}

// contrast is the ratio that WCAG 2 defines, from 1 to 21.
func contrast(a, b colour) float64 {
	l := func(c colour) float64 {
		v := linear(c)
		return 0.2126*v[0] + 0.7152*v[1] + 0.0722*v[2]
	}
	x, y := l(a), l(b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

// deficiencies are the matrices of Machado, Oliveira and Fernandes (2009) for
// the complete lack of one kind of cone, on linear RGB.
var deficiencies = map[string][3][3]float64{
	"protanopia":   {{0.152286, 1.052583, -0.204868}, {0.114503, 0.786281, 0.099216}, {-0.003882, -0.048116, 1.051998}},
	"deuteranopia": {{0.367322, 0.860646, -0.227968}, {0.280085, 0.672501, 0.047413}, {-0.011820, 0.042940, 0.968881}},
	"tritanopia":   {{1.255528, -0.076749, -0.178779}, {-0.078411, 0.930809, 0.147602}, {0.004733, 0.691367, 0.303900}},
}

func simulate(m [3][3]float64, c colour) [3]float64 {
	v := linear(c)
	var out [3]float64
	for i := range m {
		for j := range m {
			out[i] += m[i][j] * v[j]
		}
		out[i] = min(max(out[i], 0), 1)
	}
	return out
}

// distance is the CIE76 difference of two linear RGB colours: 2 is just seen,
// 20 is plain.
func distance(a, b [3]float64) float64 {
	x, y := lab(a), lab(b)
	return math.Sqrt((x[0]-y[0])*(x[0]-y[0]) + (x[1]-y[1])*(x[1]-y[1]) + (x[2]-y[2])*(x[2]-y[2]))
}

func lab(v [3]float64) [3]float64 {
	f := func(t float64) float64 {
		if t > 0.008856 {
			return math.Cbrt(t)
		}
		return 7.787*t + 16.0/116
	}
	x := f((0.4124*v[0] + 0.3576*v[1] + 0.1805*v[2]) / 0.95047)
	y := f(0.2126*v[0] + 0.7152*v[1] + 0.0722*v[2])
	z := f((0.0193*v[0] + 0.1192*v[1] + 0.9505*v[2]) / 1.08883)
	return [3]float64{116*y - 16, 500 * (x - y), 200 * (y - z)}
}

func ExampleTheme() {
	t := Pick("none", true, false, true)
	fmt.Println(t.Marks.Accepted, "runs as root", t.Marks.Dash, t.Dim.Paint("Dockerfile:8"))
	// Output: [x] runs as root - Dockerfile:8
}
