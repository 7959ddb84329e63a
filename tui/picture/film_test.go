package picture

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// A Frame is what a terminal shows for a while.
type Frame struct {
	Lines   []string
	Seconds float64
	Caption string // what was done to get there; in the window's bar
}

// Film draws frames as one picture that moves, over and over. Where pictures do not
// move, or the reader has asked for none that do, it is the first frame. Lines that
// frames have in common are in it once.
func Film(frames []Frame, look Look) string {
	ground, ink, edge := "#ffffff", "#1b1f24", "#d0d7de"
	if look.Dark {
		ground, ink, edge = "#16181d", "#e6e6e6", "#3a404c"
	}
	height, total := 0, 0.0
	for _, f := range frames {
		height, total = max(height, len(f.Lines)), total+f.Seconds
	}
	w, h := look.Width*cellWidth+2*margin, height*cellHeight+bar+margin
	var b, body strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d" role="img" aria-label="%s">`+"\n", w, h, w, h, escape(look.Title))
	fmt.Fprintf(&b, "<title>%s</title>\n<style>\n.f{visibility:hidden}\n.f0{visibility:visible}\n@media (prefers-reduced-motion:no-preference){\n", escape(look.Title))
	at := 0.0
	for i, f := range frames {
		from, to := 100*at/total, 100*(at+f.Seconds)/total
		at += f.Seconds
		fmt.Fprintf(&b, "@keyframes k%d{0%%{visibility:%s}", i, map[bool]string{true: "visible", false: "hidden"}[i == 0])
		if i > 0 {
			fmt.Fprintf(&b, "%.2f%%{visibility:visible}", from)
		}
		if i < len(frames)-1 {
			fmt.Fprintf(&b, "%.2f%%{visibility:hidden}", to)
		}
		fmt.Fprintf(&b, "}\n.f%d{animation:k%d %.1fs step-end infinite}\n", i, i, total)
	}
	b.WriteString("}\n</style>\n")
	fmt.Fprintf(&b, `<rect x="0.5" y="0.5" width="%d" height="%d" rx="8" fill="%s" stroke="%s"/>`+"\n", w-1, h-1, ground, edge)
	for i := range 3 {
		fmt.Fprintf(&b, `<circle cx="%d" cy="%d" r="5" fill="%s"/>`+"\n", margin+6+i*18, bar/2, edge)
	}
	fmt.Fprintf(&b, `<g font-family="ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace" font-size="15" fill="%s" xml:space="preserve">`+"\n<defs>\n", ink)
	lines := map[string]string{}
	p := painter{b: &b, ground: ground, ink: ink}
	for i, f := range frames {
		fmt.Fprintf(&body, `<g class="f f%d">`+"\n", i)
		fmt.Fprintf(&body, `<text x="%d" y="%d" text-anchor="middle" opacity="0.75">%s</text>`+"\n", w/2, bar/2+5, escape(f.Caption))
		for y, line := range f.Lines {
			if strings.TrimSpace(bare(line)) == "" && !strings.Contains(line, "\x1b") {
				continue
			}
			id, known := lines[line]
			if !known {
				id = "l" + strconv.Itoa(len(lines))
				lines[line] = id
				fmt.Fprintf(&b, `<g id="%s">`+"\n", id)
				p.line(line, 0, look.Width)
				b.WriteString("</g>\n")
			}
			fmt.Fprintf(&body, `<use href="#%s" y="%d"/>`+"\n", id, bar+y*cellHeight)
		}
		body.WriteString("</g>\n")
	}
	b.WriteString("</defs>\n" + body.String() + "</g>\n</svg>\n")
	return b.String()
}

// tourFrames reads the frames that a test of the interface has recorded.
func tourFrames(t *testing.T) []Frame {
	t.Helper()
	data, err := os.ReadFile(filepath.FromSlash("../testdata/tour.txt"))
	if err != nil {
		t.Fatal(err)
	}
	var out []Frame
	for part := range strings.SplitSeq("\n"+strings.TrimSuffix(string(data), "\n"), "\n=== ") {
		if part == "" {
			continue
		}
		head, body, _ := strings.Cut(part, "\n")
		seconds, caption, _ := strings.Cut(head, " ")
		n, err := strconv.ParseFloat(seconds, 64)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, Frame{strings.Split(body, "\n"), n, caption})
	}
	return out
}

// TestTour fails when the film of the README is not the one of the recorded frames.
func TestTour(t *testing.T) {
	frames := tourFrames(t)
	got := Film(frames, Look{Width: 100, Dark: true, Title: "oakum on a small repository: the overview, the findings, one fix as a diff, the plan, and what was written"})
	name := filepath.Join("readme", "tour.svg")
	if *update {
		if err := os.WriteFile(name, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s is not what ../testdata/tour.txt shows: run go test ./tui/picture -update", name)
	}
}

// TestFilm: every frame is in it with its time, lines are there once, and it is XML.
func TestFilm(t *testing.T) {
	svg := Film([]Frame{{[]string{"same", "one"}, 1, "a & b"}, {[]string{"same", "\x1b[1mtwo\x1b[m"}, 3, "c"}}, Look{Width: 20, Title: "t"})
	seen := map[string]int{}
	for _, r := range parse(t, svg) {
		seen[r.Text]++
	}
	for text, n := range map[string]int{"same": 1, "one": 1, "two": 1, "a & b": 1, "c": 1} {
		if seen[text] != n {
			t.Errorf("%q is drawn %d times, want %d", text, seen[text], n)
		}
	}
	for _, want := range []string{"animation:k0 4.0s step-end infinite", "@keyframes k0{0%{visibility:visible}25.00%{visibility:hidden}}", "@keyframes k1{0%{visibility:hidden}25.00%{visibility:visible}}"} {
		if !strings.Contains(svg, want) {
			t.Errorf("no %q in\n%s", want, svg)
		}
	}
	if n := strings.Count(svg, `<use href="#l0"`); n != 2 {
		t.Errorf("the common line is used %d times", n)
	}
}
