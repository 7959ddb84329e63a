package widget

import (
	"fmt"
	"math/rand"
	"strings"
	"testing"

	"oakum/tui/theme"
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
		{"Dockerfile", "dockerfile", []byte(dockerBefore), []byte(dockerAfter)},
		{"compose.yaml", "compose", []byte(composeBefore), []byte(composeAfter)},
		{"k8s/policy.yaml", "kubernetes", nil, []byte("kind: NetworkPolicy\n")},
		{"same.yaml", "kubernetes", []byte("a: 1\n"), []byte("a: 1\n")},
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
		{"space", []DiffFile{{"a.yaml", "compose", []byte(spaceBefore), []byte(spaceAfter)}}, plainTheme(false), nil},
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
			d := NewDiff([]DiffFile{{"f", kind, []byte(before), []byte(after)}}, nil)
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
	d := NewDiff([]DiffFile{{"f", "", []byte(before), []byte(after)}}, nil)
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
	d := NewDiff([]DiffFile{{"big.yaml", "kubernetes", before, after}}, nil)
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

func TestDiffMoves(t *testing.T) {
	before, after, edits := bigFiles()
	d := NewDiff([]DiffFile{{"big.yaml", "kubernetes", before, after}}, nil)
	d.SetTheme(plainTheme(false))
	for _, split := range []bool{false, true} {
		for _, context := range []int{0, 3, -1} {
			d.SetSplit(split)
			d.SetContext(context)
			d.Top()
			seen := 0
			d.View(100, 8)
			for n, _ := d.Change(); n > 0 && d.PrevChange(); n, _ = d.Change() {
			}
			for d.NextChange() {
				seen++
				text := bare(d.View(100, 8))
				if !strings.Contains(text, "privileged: false") {
					t.Fatalf("split %t, context %d: change %d is not on the screen:\n%s", split, context, seen, text)
				}
			}
			if n, of := d.Change(); n != edits || of != edits {
				t.Errorf("split %t, context %d: ends at change %d of %d", split, context, n, of)
			}
			for d.PrevChange() {
				seen--
			}
			if n, _ := d.Change(); n != 1 {
				t.Errorf("back at change %d", n)
			}
		}
	}
	d.SetSplit(false)
	d.SetContext(-1)
	if !d.Focus("big.yaml", 12345) {
		t.Error("no such file")
	}
	if text := bare(d.View(100, 20)); !strings.Contains(text, "12345 ") {
		t.Errorf("line 12345 is not on the screen:\n%s", text)
	}
	path, _ := d.File()
	d.SetSplit(true) // the place is kept
	if text := bare(d.View(100, 20)); !strings.Contains(text, "12345 ") || path != "big.yaml" {
		t.Errorf("line 12345 is not on the screen after the change to split form:\n%s", text)
	}
	if d.Focus("other.yaml", 1) {
		t.Error("a file that is not shown has the focus")
	}
}

// bare returns lines without their styles.
func bare(lines []string) string {
	var b strings.Builder
	for p := (pieces{rest: strings.Join(lines, "\n")}); p.next(); {
		if !p.style {
			b.WriteString(p.text)
		}
	}
	return b.String()
}

func TestDiffFiles(t *testing.T) {
	d := NewDiff(shop(), stageOf)
	d.SetTheme(plainTheme(false))
	d.View(80, 5)
	var got []string
	for {
		path, n := d.File()
		got = append(got, fmt.Sprint(n, " ", path))
		if !d.NextFile() {
			break
		}
	}
	if want := "[1 Dockerfile 2 compose.yaml]"; fmt.Sprint(got[:2]) != want {
		t.Errorf("files %v", got)
	}
	for d.PrevFile() {
	}
	if path, _ := d.File(); path != "Dockerfile" {
		t.Errorf("back at %s", path)
	}
	next := shop()
	next[0].After = []byte(dockerBefore)
	d.Replace(NewDiff(next, stageOf))
	if added, _ := d.Lines(); added != 5 {
		t.Errorf("%d added lines after the files were replaced", added)
	}
	if got := fmt.Sprint(d.Files()); got != "[Dockerfile compose.yaml k8s/policy.yaml same.yaml]" {
		t.Errorf("files %s", got)
	}
}

func TestDiffFind(t *testing.T) {
	d := NewDiff(shop(), nil)
	d.SetTheme(plainTheme(false))
	d.SetContext(-1)
	d.View(80, 6)
	if !d.Find("npm", false) || !strings.Contains(bare(d.View(80, 6)[:1]), "NPM_TOKEN") {
		t.Errorf("small letters do not find capital ones:\n%s", strings.Join(d.View(80, 6), "\n"))
	}
	if !d.Find("npm", false) || !strings.Contains(bare(d.View(80, 6)[:1]), "npm ci") {
		t.Errorf("the next place is not found:\n%s", strings.Join(d.View(80, 6), "\n"))
	}
	if !d.Find("npm", true) || !strings.Contains(bare(d.View(80, 6)[:1]), "NPM_TOKEN") {
		t.Errorf("the place before is not found:\n%s", strings.Join(d.View(80, 6), "\n"))
	}
	if d.Find("Npm", false) {
		t.Error("capital letters find small ones")
	}
	if got := matches("aXbxÄx", "x"); fmt.Sprint(got) != "[{1 2} {3 4} {6 7}]" {
		t.Errorf("matches %v", got)
	}
}

func TestDiffHugeLine(t *testing.T) {
	long := strings.Repeat("x", 200_000)
	d := NewDiff([]DiffFile{{"a.json", "kubernetes", []byte(long + "old\n"), []byte(long + "new\n")}}, nil)
	d.SetTheme(plainTheme(false))
	d.SetWrap(true)
	d.View(80, 10)
	all := ""
	for range 200 {
		all += bare(d.View(80, 10))
		d.Scroll(10)
	}
	for _, want := range []string{"old", "new", "…(198976 bytes)"} {
		if !strings.Contains(all, want) {
			t.Errorf("the change at the end of a long line does not show %s", want)
		}
	}
}

// TestDiffWrapScrolls: line by line, a wrapped diff shows on the way up what it
// showed on the way down.
func TestDiffWrapScrolls(t *testing.T) {
	d := NewDiff(shop(), stageOf)
	d.SetTheme(plainTheme(false))
	d.SetWrap(true)
	var down []string
	for {
		frame := bare(d.View(24, 6))
		if n := len(down); n > 0 && frame == down[n-1] {
			break
		}
		down = append(down, frame)
		d.Scroll(1)
	}
	if len(down) < 40 {
		t.Fatalf("only %d frames", len(down))
	}
	for i := len(down) - 1; i >= 0; i-- {
		if got := bare(d.View(24, 6)); got != down[i] {
			t.Fatalf("frame %d on the way up is\n%s\nwant\n%s", i, got, down[i])
		}
		d.Scroll(-1)
	}
}

func TestDiffSideways(t *testing.T) {
	d := NewDiff([]DiffFile{{"f", "", []byte("日本語日本語日本語\n"), []byte("日本語日本語日本語x\n")}}, nil)
	d.SetTheme(plainTheme(false))
	for _, c := range []struct {
		by   int
		want string
	}{
		{0, " 1 - 日本語日 ›"}, {1, " 1 - ‹本語日本›"}, {1, " 1 - ‹ 語日本 ›"}, {100, " 1 - ‹         "}, {1, " 1 - ‹         "}, {-999, " 1 - 日本語日 ›"},
	} {
		d.View(15, 3)
		d.Sideways(c.by)
		if got := bare(d.View(15, 3)[1:2]); got != c.want {
			t.Errorf("after %d: %q, want %q", c.by, got, c.want)
		}
	}
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
		d := NewDiff([]DiffFile{{"f", "", []byte(c.before), []byte(c.after)}}, nil)
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

func TestDiffRandomWalk(t *testing.T) {
	rnd := rand.New(rand.NewSource(7))
	for range 60 {
		before, after := randomFiles(rnd)
		files := append(shop(), DiffFile{"r.yaml", "kubernetes", []byte(before), []byte(after)})
		d := NewDiff(files, stageOf)
		d.SetTheme(theme.Pick("light", false, false, false))
		w, h := 80, 24
		for range 40 {
			switch rnd.Intn(18) {
			case 0:
				d.SetSplit(!d.Split())
			case 1:
				d.SetWrap(!d.Wrapped())
			case 2:
				d.SetContext(rnd.Intn(6) - 1)
			case 3:
				d.Sideways(rnd.Intn(40) - 15)
			case 4:
				d.Scroll(rnd.Intn(60) - 30)
			case 5:
				d.Top()
			case 6:
				d.Bottom()
			case 7:
				d.PageDown()
			case 8:
				d.PageUp()
			case 9:
				d.NextChange()
			case 10:
				d.PrevChange()
			case 11:
				d.NextFile()
			case 12:
				d.PrevFile()
			case 13:
				d.Focus("r.yaml", rnd.Intn(500))
			case 14:
				d.FocusBefore("r.yaml", rnd.Intn(500))
			case 15:
				d.Find([]string{"key", "", "zzz", "FROM"}[rnd.Intn(4)], rnd.Intn(2) == 0)
			case 16:
				w, h = rnd.Intn(160), rnd.Intn(50)
			case 17:
				d.Replace(NewDiff(files[rnd.Intn(len(files)):], nil))
			}
			frame(t, "diff", d.View(w, h), w, h)
		}
	}
}

func BenchmarkDiffFrame(b *testing.B) {
	before, after, _ := bigFiles()
	d := NewDiff([]DiffFile{{"big.yaml", "kubernetes", before, after}}, nil)
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
			NewDiff([]DiffFile{{"big.yaml", "kubernetes", before, after}}, nil)
		}
	})
}
