package picture

import (
	"fmt"
	"strconv"
	"strings"
)

// A style is what SGR sequences have asked for so far. Colours are "#rrggbb",
// "" for the terminal's own.
type style struct {
	fg, bg                   string
	bold, underline, reverse bool
}

// apply reads the parameters of one SGR sequence.
func (s style) apply(params string) style {
	p := strings.Split(strings.ReplaceAll(params, ":", ";"), ";")
	for i := 0; i < len(p); i++ {
		n, err := strconv.Atoi(p[i])
		if err != nil && p[i] != "" { // an empty one is 0
			continue
		}
		switch {
		case n == 0:
			s = style{}
		case n == 1:
			s.bold = true
		case n == 4:
			s.underline = true
		case n == 7:
			s.reverse = true
		case n == 22:
			s.bold = false
		case n == 24:
			s.underline = false
		case n == 27:
			s.reverse = false
		case n >= 30 && n <= 37:
			s.fg = indexed(n - 30)
		case n >= 90 && n <= 97:
			s.fg = indexed(n - 90 + 8)
		case n >= 40 && n <= 47:
			s.bg = indexed(n - 40)
		case n >= 100 && n <= 107:
			s.bg = indexed(n - 100 + 8)
		case n == 39:
			s.fg = ""
		case n == 49:
			s.bg = ""
		case n == 38 || n == 48:
			c, used := extended(p[i+1:])
			if i += used; n == 38 {
				s.fg = c
			} else {
				s.bg = c
			}
		}
	}
	return s
}

// extended reads "2;r;g;b" or "5;n" and returns how many parameters that were.
func extended(p []string) (c string, used int) {
	var v [4]int
	for i := range min(len(p), len(v)) {
		v[i], _ = strconv.Atoi(p[i])
		v[i] = min(max(v[i], 0), 255)
	}
	switch {
	case len(p) >= 4 && v[0] == 2:
		return fmt.Sprintf("#%02x%02x%02x", v[1], v[2], v[3]), 4
	case len(p) >= 2 && v[0] == 5:
		return indexed(v[1]), 2
	}
	return "", len(p)
}

// basic are the first 16 colours as xterm has them.
var basic = [16]string{
	"#000000", "#cd0000", "#00cd00", "#cdcd00", "#0000ee", "#cd00cd", "#00cdcd", "#e5e5e5",
	"#7f7f7f", "#ff0000", "#00ff00", "#ffff00", "#5c5cff", "#ff00ff", "#00ffff", "#ffffff",
}

// indexed returns a colour of the 256.
func indexed(n int) string {
	switch {
	case n < 16:
		return basic[n]
	case n < 232:
		level := func(k int) int {
			if k == 0 {
				return 0
			}
			return 55 + 40*k
		}
		n -= 16
		return fmt.Sprintf("#%02x%02x%02x", level(n/36), level(n/6%6), level(n%6))
	}
	g := 8 + 10*(n-232)
	return fmt.Sprintf("#%02x%02x%02x", g, g, g)
}
