package widget

import (
	"fmt"
	"math/rand"
	"strings"
	"testing"

	"github.com/oakum-sec/oakum/tui/theme"
)

const dockerBefore = `# syntax=docker/dockerfile:1
FROM node:22-slim AS build
WORKDIR /src
ARG NPM_TOKEN=npm_a1b2
COPY package*.json ./
RUN npm ci && \
    npm cache clean --force
COPY . .
RUN npm run build

FROM node:22-slim AS run
WORKDIR /app
COPY --from=build /src/dist ./
EXPOSE 8080
RUN <<EOF
echo "done"
EOF
CMD ["node", "server.js"]
`

const dockerAfter = `# syntax=docker/dockerfile:1
FROM node:22-slim AS build
WORKDIR /src
COPY package*.json ./
RUN npm ci && \
    npm cache clean --force
COPY . .
RUN npm run build

FROM node:22-slim@sha256:9f3de21c AS run
WORKDIR /app
COPY --from=build --chown=65532:65532 /src/dist ./
EXPOSE 8080
RUN <<EOF
echo "done"
EOF
USER 65532:65532
CMD ["node", "server.js"]
`

const composeBefore = "services:\n  api:\n    image: shop/api:1.4 # the shop\n    privileged: true\n    ports: [\"8080:8080\"]\n"
const composeAfter = "services:\n  api:\n    image: shop/api:1.4 # the shop\n    cap_drop: [ALL]\n    security_opt:\n      - no-new-privileges:true\n    ports: [\"127.0.0.1:8080:8080\"]\n"

// whitespace changes only what a reader would not see: endings, tabs, the
// final newline, control and reordering characters.
const (
	spaceBefore = "a:\r\n  b: 1\r\n\tc: x\r\n日本語: 値\r\nlast"
	spaceAfter  = "a:\n  b: 1\r\n        c: x\r\n日本語: \u202e値\x1b[2J\r\nlast\n"
)

func stageOf(_ string, line int) string {
	if line > 9 {
		return `stage "run"`
	}
	return `stage "build"`
}

func shop() []DiffFile {
	return []DiffFile{
		{Path: "Dockerfile", Kind: "dockerfile", Before: []byte(dockerBefore), After: []byte(dockerAfter)},
		{Path: "compose.yaml", Kind: "compose", Before: []byte(composeBefore), After: []byte(composeAfter)},
		{Path: "k8s/policy.yaml", Kind: "kubernetes", Before: nil, After: []byte("kind: NetworkPolicy\n")},
		{Path: "same.yaml", Kind: "kubernetes", Before: []byte("a: 1\n"), After: []byte("a: 1\n")},
	}
}

func TestDiffGoldens(t *testing.T) {
	for _, c := range []struct {
		name   string
		files  []DiffFile
		theme  theme.Theme
		change func(d *Diff)
	}{
		{"unified", shop()[:1], plainTheme(false), nil},
		{"split", shop()[:1], plainTheme(false), func(d *Diff) { d.SetSplit(true) }},
		{"whole", shop()[:1], plainTheme(false), func(d *Diff) { d.SetContext(-1) }},
		{"files", shop(), plainTheme(false), nil},
		{"files-split", shop(), plainTheme(false), func(d *Diff) { d.SetSplit(true) }},
		{"ascii", shop(), plainTheme(true), func(d *Diff) { d.SetSplit(true) }},
		{"wrap", shop()[:1], plainTheme(false), func(d *Diff) { d.SetWrap(true) }},
		{"wrap-split", shop()[:1], plainTheme(false), func(d *Diff) { d.SetSplit(true); d.SetWrap(true) }},
		{"sideways", shop()[:1], plainTheme(false), func(d *Diff) { d.View(40, 20); d.Sideways(12) }},
		{"context0", shop()[:1], plainTheme(false), func(d *Diff) { d.SetContext(0) }},
		{"space", []DiffFile{{Path: "a.yaml", Kind: "compose", Before: []byte(spaceBefore), After: []byte(spaceAfter)}}, plainTheme(false), nil},
		{"found", shop()[:1], plainTheme(false), func(d *Diff) { d.View(40, 10); d.Find("build", false) }},
		{"light", shop()[1:2], theme.Pick("light", false, false, false), nil},
		{"dark", shop()[1:2], theme.Pick("dark", true, false, false), nil},
		{"colorblind", shop()[1:2], theme.Pick("colorblind", true, false, false), nil},
		{"empty", nil, plainTheme(false), nil},
	} {
		for _, size := range [][2]int{{40, 20}, {80, 20}, {140, 30}} {
			t.Run(fmt.Sprintf("%s-%dx%d", c.name, size[0], size[1]), func(t *testing.T) {
				if c.theme.Name != "none" && size[0] != 80 {
					t.Skip("colours are the same at every size")
				}
				d := NewDiff(c.files, stageOf)
				d.SetTheme(c.theme)
				if c.change != nil {
					c.change(d)
				}
				lines := d.View(size[0], size[1])
				frame(t, c.name, lines, size[0], size[1])
				golden(t, fmt.Sprintf("diff/%s-%dx%d", c.name, size[0], size[1]), lines)
			})
		}
	}
}

// TestDiffShowsEveryByte rebuilds both versions of random files from the rows:
// nothing that changes may be missing, and nothing may be shown as changed on
// one side only.
func TestDiffShowsEveryByte(t *testing.T) {
	rnd := rand.New(rand.NewSource(1))
	for range 400 {
		before, after := randomFiles(rnd)
		checkRows(t, before, after)
	}
}

func FuzzDiff(f *testing.F) {
	f.Add(dockerBefore, dockerAfter, 60)
	f.Add(composeBefore, composeAfter, 81)
	f.Add(spaceBefore, spaceAfter, 33)
	f.Add("", "a\n", 10)
	f.Add("a\nb\nc\n", "", 0)
	f.Add(strings.Repeat("x\n", 300), strings.Repeat("y\nx\n", 200), 44)
	f.Fuzz(func(t *testing.T, before, after string, width int) {
		checkRows(t, before, after)
		width = (width%150 + 150) % 150
		for _, kind := range []string{"dockerfile", "compose", ""} {
			d := NewDiff([]DiffFile{{Path: "f", Kind: kind, Before: []byte(before), After: []byte(after)}}, nil)
			d.SetTheme(theme.Pick("dark", true, false, false))
			for _, wrap := range []bool{false, true} {
				d.SetWrap(wrap)
				for _, split := range []bool{false, true} {
					d.SetSplit(split)
					frame(t, "diff", d.View(width, 9), width, 9)
					d.Bottom()
					d.Sideways(5)
					frame(t, "diff", d.View(width, 9), width, 9)
				}
			}
		}
	})
}

func checkRows(t *testing.T, before, after string) {
	t.Helper()
	d := NewDiff([]DiffFile{{Path: "f", Kind: "", Before: []byte(before), After: []byte(after)}}, nil)
	d.SetContext(-1)
	for _, split := range []bool{false, true} {
		d.SetSplit(split)
		var a, b strings.Builder
		f := d.files[0]
		na, nb := 0, 0
		for _, r := range d.rows {
			if r.kind < sameRow {
				continue
			}
			if r.a > 0 && r.kind != addRow {
				if na++; int(r.a) != na {
					t.Fatalf("old line %d comes at place %d", r.a, na)
				}
				a.WriteString(f.old.lines[r.a-1])
			}
			if r.b > 0 && r.kind != delRow {
				if nb++; int(r.b) != nb {
					t.Fatalf("new line %d comes at place %d", r.b, nb)
				}
				b.WriteString(f.new.lines[r.b-1])
			}
			if r.kind == sameRow && f.old.lines[r.a-1] != f.new.lines[r.b-1] {
				t.Fatalf("lines %d and %d are shown as equal", r.a, r.b)
			}
		}
		if a.String() != before || b.String() != after {
			t.Fatalf("split %t: the rows do not hold the files:\n%q\n%q", split, before, after)
		}
	}
}

// randomFiles returns a file and an edited copy.
func randomFiles(rnd *rand.Rand) (before, after string) {
	var a, b []string
	for range rnd.Intn(400) {
		l := fmt.Sprintf("%skey%d: %d\n", strings.Repeat(" ", rnd.Intn(6)), rnd.Intn(30), rnd.Intn(9))
		a = append(a, l)
		switch rnd.Intn(12) {
		case 0:
		case 1:
			b = append(b, strings.Replace(l, ":", " :", 1))
		case 2:
			b = append(b, l, "added: true\n")
		default:
			b = append(b, l)
		}
	}
	return strings.Join(a, ""), strings.Join(b, "")
}

func TestDiffKeepsSmallChangesSmall(t *testing.T) {
	// Four hundred edits in 20,000 lines: as many lines as were edited are
	// shown as changed, no more.
	before, after, edits := bigFiles()
	d := NewDiff([]DiffFile{{Path: "big.yaml", Kind: "kubernetes", Before: before, After: after}}, nil)
	added, removed := d.Lines()
	if added != edits || removed != edits {
		t.Errorf("%d added and %d removed lines for %d edits", added, removed, edits)
	}
	if _, n := d.Change(); n != edits {
		t.Errorf("%d changes, want %d", n, edits)
	}
}

func bigFiles() (before, after []byte, edits int) {
	var a, b strings.Builder
	for i := range 20000 {
		l := fmt.Sprintf("    name: container-%d # the same\n", i)
		switch i % 5 {
		case 1:
			l = "    securityContext:\n"
		case 2:
			l = "      privileged: true\n"
		case 3:
			l = ""
			l += "      note: \"a longer text about nothing in particular, to have something to cut\"\n"
		case 4:
			l = "  - image: registry.example/shop/api:1.4\n"
		}
		a.WriteString(l)
		if i%50 == 2 {
			edits++
			l = "      privileged: false\n"
		}
		b.WriteString(l)
	}
	return []byte(a.String()), []byte(b.String()), edits
}

// TestDiffTabs: tabs are made visible where indentation changes, nowhere else.
func TestDiffTabs(t *testing.T) {
	for _, c := range []struct{ before, after, want string }{
		{"\ta: 1\n", "\ta: 2\n", " 1 -         a: 1| 1 +         a: 2"},
		{"\ta: 1\n", "  a: 1\n", " 1 - →       a: 1| 1 +   a: 1"},
		{"  \ta: 1\n", "\t\ta: 1\n", " 1 -   →     a: 1| 1 + →       →       a: 1"},
		{"a\tb\n", "ab\tc\n", " 1 - a       b| 1 + ab      c"},
		{"a:\n", "a:\n\tb: 1\n", " 1   a:| 2 +         b: 1"},
	} {
		d := NewDiff([]DiffFile{{Path: "f", Kind: "", Before: []byte(c.before), After: []byte(c.after)}}, nil)
		d.SetTheme(plainTheme(false))
		lines := d.View(40, 3)[1:]
		if got := strings.TrimRight(bare(lines[:1]), " ") + "|" + strings.TrimRight(bare(lines[1:]), " "); got != c.want {
			t.Errorf("%q to %q:\n%s, want\n%s", c.before, c.after, got, c.want)
		}
	}
}

func TestDiffering(t *testing.T) {
	for _, c := range []struct{ a, b, want string }{
		{"image: shop/api:1.4", "image: shop/api:1.5", "image: shop/api:1.[4]|image: shop/api:1.[5]"},
		{"COPY . .", "COPY --chown=1:1 . .", "COPY . .|COPY [--chown=1:1 ]. ."},
		{"  privileged: true", "  privileged: false", "  privileged: [true]|  privileged: [false]"},
		{"privileged: true", "cap_drop: [ALL]", "privileged: true|cap_drop: [ALL]"}, // nothing in common worth a mark
		{"a-b-c", "a-x-c", "a-[b]-c|a-[x]-c"},
		{"size: e\u0301", "size: e", "size: [e\u0301]|size: [e]"},
		{"same", "same", "same|same"},
	} {
		mark := func(s string, spans []span) string {
			for i := len(spans) - 1; i >= 0; i-- {
				s = s[:spans[i].from] + "[" + s[spans[i].from:spans[i].to] + "]" + s[spans[i].to:]
			}
			return s
		}
		a, b := differing(c.a, c.b)
		if got := mark(c.a, a) + "|" + mark(c.b, b); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
}

func BenchmarkDiffFrame(b *testing.B) {
	before, after, _ := bigFiles()
	d := NewDiff([]DiffFile{{Path: "big.yaml", Kind: "kubernetes", Before: before, After: after}}, nil)
	d.SetTheme(theme.Pick("dark", true, false, false))
	d.SetContext(-1)
	for _, c := range []struct {
		name string
		step func(i int)
	}{
		{"still", func(int) {}},
		{"page", func(i int) {
			d.PageDown()
			if i%300 == 299 {
				d.Top()
			}
		}},
		{"end", func(i int) {
			d.drawn = nil
			d.Bottom()
		}},
		{"wrap", func(i int) {
			d.SetWrap(true)
			d.PageDown()
			if i%300 == 299 {
				d.Top()
			}
		}},
		{"resize", func(i int) { d.View(100+i%2, 40) }},
	} {
		b.Run(c.name, func(b *testing.B) {
			d.SetWrap(false)
			d.View(120, 40)
			b.ReportAllocs()
			for i := range b.N {
				c.step(i)
				d.View(120, 40)
			}
		})
	}
	b.Run("compare", func(b *testing.B) {
		for range b.N {
			NewDiff([]DiffFile{{Path: "big.yaml", Kind: "kubernetes", Before: before, After: after}}, nil)
		}
	})
}
