package picture

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/oakum-sec/oakum/tui/theme"
	"github.com/oakum-sec/oakum/tui/widget"
)

// A drawn is what a reader of the picture sees of one run.
type drawn struct {
	X, Y, Cells         int
	Fill, Weight, Under string
	Text                string
	Rect                bool
}

// parse reads the runs back.
func parse(t *testing.T, svg string) []drawn {
	t.Helper()
	var out []drawn
	d := xml.NewDecoder(strings.NewReader(svg))
	for {
		tok, err := d.Token()
		if err == io.EOF {
			return out
		}
		if err != nil {
			t.Fatalf("no XML: %v\n%s", err, svg)
		}
		switch tok := tok.(type) {
		case xml.StartElement:
			if tok.Name.Local != "text" && tok.Name.Local != "rect" {
				continue
			}
			r := drawn{Rect: tok.Name.Local == "rect"}
			for _, a := range tok.Attr {
				switch a.Name.Local {
				case "x":
					fmt.Sscan(a.Value, &r.X)
				case "y":
					fmt.Sscan(a.Value, &r.Y)
				case "textLength", "width":
					fmt.Sscan(a.Value, &r.Cells)
				case "fill":
					r.Fill = a.Value
				case "font-weight":
					r.Weight = a.Value
				case "text-decoration":
					r.Under = a.Value
				}
			}
			r.X, r.Cells = (r.X-margin)/cellWidth, r.Cells/cellWidth
			if r.Rect {
				r.Y = (r.Y - bar) / cellHeight
			} else {
				r.Y = (r.Y - bar - baseline) / cellHeight
			}
			out = append(out, r)
		case xml.CharData:
			if n := len(out); n > 0 && !out[n-1].Rect && out[n-1].Text == "" {
				out[n-1].Text = string(tok)
			}
		}
	}
}

func TestSVG(t *testing.T) {
	for _, c := range []struct {
		line string
		want string
	}{
		{"plain", "0+5 plain"},
		{"  in between  ", "2+10 in between"},
		{"a <b> & \"c\"", `0+11 a <b> & "c"`},
		{"\x1b[1mbold\x1b[m rest", "0+4 bold bold;5+4 rest"},
		{"\x1b[38;2;1;2;3ma\x1b[39mb", "0+1 #010203 a;1+1 b"},
		{"\x1b[48;2;255;0;0m  \x1b[0m", "rect 0+2 #ff0000"},
		{"\x1b[4m a \x1b[24mb", "0+3 underline  a ;3+1 b"},
		{"\x1b[7mx\x1b[27my", "rect 0+1 #1b1f24;0+1 #ffffff x;1+1 y"},
		{"\x1b[31;102mx", "rect 0+1 #00ff00;0+1 #cd0000 x"},
		{"\x1b[38;5;196mx\x1b[38;5;250my", "0+1 #ff0000 x;1+1 #bcbcbc y"},
		{"a日本b", "0+1 a;1+2 日;3+2 本;5+1 b"},
		{"a\x1b[2Jb\x1b]0;t\x07c\x1b", "0+7 ab]0;tc"},
		{"0123456789012345678901", "0+20 01234567890123456789"},
		{"\x1b[38;2;9mx\x1b[;mz", "0+2 xz"},
		{"\x1b[1;;4mx\x1b[my", "0+1 underline x;1+1 y"},
		{"e\u0301x", "0+2 e\u0301x"},
	} {
		svg := SVG([]string{c.line}, Look{Width: 20, Title: "a <title>"})
		var got []string
		for _, r := range parse(t, svg)[1:] { // the window
			s := fmt.Sprintf("%d+%d", r.X, r.Cells)
			if r.Rect {
				s = "rect " + s
			}
			for _, v := range []string{r.Fill, r.Weight, r.Under, r.Text} {
				if v != "" {
					s += " " + v
				}
			}
			got = append(got, s)
		}
		if g := strings.Join(got, ";"); g != c.want {
			t.Errorf("%q draws\n%s, want\n%s", c.line, g, c.want)
		}
	}
}

func TestSVGOfAFrame(t *testing.T) {
	d := widget.NewDiff([]widget.DiffFile{{Path: "Dockerfile", Kind: "dockerfile", Before: []byte("FROM node:22\nCMD [\"node\"]\n"), After: []byte("FROM node:22\nUSER 65532\nCMD [\"node\"]\n")}}, nil)
	d.SetTheme(theme.Pick("dark", true, false, false))
	lines := d.View(40, 5)
	look := Look{Width: 40, Dark: true, Title: "diff"}
	svg := SVG(lines, look)
	if svg != SVG(lines, look) {
		t.Error("two pictures of the same lines differ")
	}
	var text strings.Builder
	for _, r := range parse(t, svg) {
		text.WriteString(r.Text)
		if r.X+r.Cells > 40 && r.Y >= 0 && r.Text != "" {
			t.Errorf("%q ends at cell %d", r.Text, r.X+r.Cells)
		}
	}
	for _, want := range []string{"@@ Dockerfile:2 @@", "USER", "65532", "+"} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("the picture lacks %q: %s", want, text.String())
		}
	}
}

func FuzzSVG(f *testing.F) {
	for _, s := range []string{"", "\x1b[", "\x1b[999;999;999m", "\x1b[38;5;300mx", "\x1b[38m\x1b[48;2mx", "\xff\x00&", "\u202e日", "\x1b[-5;x", "\ufffe\uffff"} {
		f.Add(s, 10)
	}
	f.Fuzz(func(t *testing.T, s string, width int) {
		parse(t, SVG(strings.Split(s, "\n"), Look{Width: (width%100 + 100) % 100, Title: s}))
	})
}
