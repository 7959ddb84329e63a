package widget

import (
	"fmt"
	"math/rand"
	"strings"
	"testing"

	"github.com/oakum-sec/oakum/tui/theme"
)

func TestDiffMoves(t *testing.T) {
	before, after, edits := bigFiles()
	d := NewDiff([]DiffFile{{Path: "big.yaml", Kind: "kubernetes", Before: before, After: after}}, nil)
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
	d := NewDiff([]DiffFile{{Path: "a.json", Kind: "kubernetes", Before: []byte(long + "old\n"), After: []byte(long + "new\n")}}, nil)
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
	d := NewDiff([]DiffFile{{Path: "f", Kind: "", Before: []byte("日本語日本語日本語\n"), After: nil}}, nil)
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

// TestTheChangeOfALongLineIsSeen: a line longer than the screen is shown where it
// changed, so that what went and what came never look alike.
func TestTheChangeOfALongLineIsSeen(t *testing.T) {
	flow := func(end string) []byte {
		return []byte(`- {name: cache, image: "memcached:1.6", ports: [{containerPort: 11211, name: memcache, protocol: TCP` + end + "}]}\n")
	}
	d := NewDiff([]DiffFile{{Path: "f.yaml", Kind: "kubernetes", Before: flow(""), After: flow(", hostPort: 11211")}}, nil)
	d.SetTheme(plainTheme(false))
	for _, split := range []bool{false, true} {
		for _, width := range []int{60, 80, 100} {
			d.SetSplit(split)
			if got := bare(d.View(width, 4)); !strings.Contains(got, "hostPort: 11211") {
				t.Errorf("split %v, %d cells: the change is not seen:\n%s", split, width, got)
			}
		}
	}
	rnd := rand.New(rand.NewSource(3))
	for range 2000 {
		words := make([]string, 1+rnd.Intn(40))
		for i := range words {
			words[i] = []string{"image:", "日本", "\t", "8080", "e\u0301", "{name:", "}", "🎉", "a\x1bb"}[rnd.Intn(9)]
		}
		was := strings.Join(words, " ")
		words[rnd.Intn(len(words))] = []string{"", "changed", "日x"}[rnd.Intn(3)]
		is := strings.Join(words, " ")
		if strings.Join(strings.Fields(was), "") == strings.Join(strings.Fields(is), "") {
			continue // only spaces differ: their ground shows it
		}
		d := NewDiff([]DiffFile{{Path: "f", Kind: "", Before: []byte(was + "\n"), After: []byte(is + "\n")}}, nil)
		d.SetTheme(plainTheme(false))
		lines := d.View(40+rnd.Intn(80), 4)
		if went, came := bare(lines[1:2]), bare(lines[2:3]); strings.Replace(went, "-", "+", 1) == came {
			t.Fatalf("%q and %q look alike:\n%s\n%s", was, is, went, came)
		}
	}
}

func TestDiffRandomWalk(t *testing.T) {
	rnd := rand.New(rand.NewSource(7))
	for range 60 {
		before, after := randomFiles(rnd)
		files := append(shop(), DiffFile{Path: "r.yaml", Kind: "kubernetes", Before: []byte(before), After: []byte(after)})
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

// TestDiffRevealsItsFirstChange: in a window of a few lines the lines around a
// change would fill it.
func TestDiffRevealsItsFirstChange(t *testing.T) {
	before := strings.Repeat("same\n", 20)
	after := strings.Repeat("same\n", 10) + strings.Repeat("new\n", 6) + strings.Repeat("same\n", 10)
	d := NewDiff([]DiffFile{{Path: "f", Kind: "", Before: []byte(before), After: []byte(after)}}, nil)
	d.SetTheme(plainTheme(false))
	for height := 1; height <= 14; height++ {
		d.Top()
		d.View(80, height)
		d.Reveal()
		if got := bare(d.View(80, height)); strings.Count(got, "new") < min(6, (height+1)/2) {
			t.Errorf("%d lines:\n%s", height, got)
		}
		above, below := d.Hidden()
		if n := d.Extent(80, 100); above+below+min(height, n) != n {
			t.Errorf("%d lines: %d above and %d below of %d", height, above, below, n)
		}
	}
}

// TestALineThatGrewIsShownWhereItGrew: what was added may be longer than the line.
func TestALineThatGrewIsShownWhereItGrew(t *testing.T) {
	const was = `- {name: cache, image: "memcached:1.6", ports: [{containerPort: 11211}]}`
	is := was[:len(was)-1] + ", securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}, readOnlyRootFilesystem: true}}"
	d := NewDiff([]DiffFile{{Path: "f.yaml", Kind: "kubernetes", Before: []byte(was + "\n"), After: []byte(is + "\nsecurityContext:\n  runAsNonRoot: true\n")}}, nil)
	d.SetTheme(plainTheme(false))
	if got := bare(d.View(80, 4)); !strings.Contains(got, "securityContext: {") {
		t.Errorf("the added part is not seen:\n%s", got)
	}
}

// TestTheEndOfALineIsNoReasonToScroll: what is said about a missing newline is seen
// from its beginning, and both lines of the pair stay where they are.
func TestTheEndOfALineIsNoReasonToScroll(t *testing.T) {
	d := NewDiff([]DiffFile{{Path: "f.yaml", Kind: "kubernetes", Before: []byte("            - containerPort: 6060"), After: []byte("            - containerPort: 6060\nnext: 1\n")}}, nil)
	d.SetTheme(plainTheme(false))
	got := bare(d.View(60, 5))
	for _, want := range []string{" 1 -             - containerPort: 6060 (no newline", " 1 +             - containerPort: 6060 "} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q:\n%s", want, got)
		}
	}
	long := strings.Repeat("abcdefghij", 20)
	d = NewDiff([]DiffFile{{Path: "f", Kind: "", Before: []byte(long + "\r\nx\n"), After: []byte(long + "\nx\n")}}, nil)
	d.SetTheme(plainTheme(false))
	if got := bare(d.View(60, 5)); !strings.Contains(got, "j␍") {
		t.Errorf("the carriage return is not seen:\n%s", got)
	}
}
