package tui

import (
	"fmt"
	"net/url"
	"path"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"github.com/oakum-sec/oakum/fixer"
)

// A linker is a screen about a place in a file, which terminals that know OSC 8 make a
// link.
type linker interface{ linkTo(d *model) *fixer.Finding }

func (s *reviewScreen) linkTo(d *model) *fixer.Finding  { return d.linkTo(s.key) }
func (s *diffScreen) linkTo(d *model) *fixer.Finding    { return d.linkTo(s.key) }
func (s *explainScreen) linkTo(d *model) *fixer.Finding { return d.linkTo(s.key) }

func (d *model) linkTo(k fixer.Key) *fixer.Finding {
	if d.current == nil {
		return nil
	}
	if o := d.current.outcome(k); o != nil {
		return o.Finding
	}
	return nil
}

// linked makes the place in the lines of a frame a link to the file. It is the last
// thing that is done to a frame: nothing measures text with links in it.
func (d *model) linked(lines []string) []string {
	s, ok := d.screen().(linker)
	if !ok || d.opts.Root == "" || !d.layout().fits {
		return lines
	}
	f := s.linkTo(d)
	if f == nil {
		return lines
	}
	// A path from outside is percent-encoded whole, so that it cannot end the link.
	to := (&url.URL{Scheme: "file", Path: path.Join(d.opts.Root, f.File)}).String()
	for _, place := range []string{fmt.Sprintf("%s:%d", visible(f.File), f.Line), visible(f.File)} {
		for i, line := range lines {
			if at := strings.Index(line, place); at >= 0 {
				lines[i] = line[:at] + ansi.SetHyperlink(to) + place + ansi.ResetHyperlink() + line[at+len(place):]
				return lines
			}
		}
	}
	return lines
}
