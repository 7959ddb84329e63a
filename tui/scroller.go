package tui

import "math"

// A scroller shows a part of lines that do not fit.
type scroller struct {
	top    int
	height int // of the last window
	count  int // there were at the last window
}

// move scrolls.
func (s *scroller) move(a action) {
	by := map[action]int{
		actDown: 1, actUp: -1, actHalfDown: max(1, s.height/2), actHalfUp: -max(1, s.height/2),
		actPageDown: max(1, s.height-1), actPageUp: -max(1, s.height-1), actTop: math.MinInt32, actBottom: math.MaxInt32,
	}[a]
	s.top += by
	s.clamp()
}

func (s *scroller) clamp() { s.top = max(0, min(s.top, s.count-s.height)) }

// below is how many lines there are under those of the last window.
func (s *scroller) below() int { return max(0, s.count-s.top-s.height) }

// window returns the lines that are seen in a height.
func (s *scroller) window(lines []string, height int) []string {
	s.count, s.height = len(lines), max(0, height)
	s.clamp()
	return lines[s.top:min(len(lines), s.top+s.height)]
}

// show scrolls as little as it takes for a line to be seen.
func (s *scroller) show(line int) {
	s.top = max(min(s.top, line), line-s.height+1)
	s.clamp()
}

func (s *scroller) scrollBy(n int) {
	s.top += n
	s.clamp()
}
