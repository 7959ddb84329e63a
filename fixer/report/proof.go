package report

import (
	"io"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/text"
)

// Proofs is what was seen of images that were built and started before and after a plan.
type Proofs struct {
	Engine string // that built and started them: "docker"
	List   []fixer.Proof

	Untried int // images that were left out because the plan does not change them
}

// Add takes a proof that is complete.
func (r *Proofs) Add(n fixer.ProofNews) {
	if n.Proof != nil {
		r.List = append(r.List, *n.Proof)
	}
}

// Text writes a table of the services, then what failed, with the last lines of it.
func (r *Proofs) Text(w io.Writer, st Style) error {
	p := &printer{w: w, st: st}
	if len(r.List) == 0 {
		p.line(p.st.paint(bold, "Nothing was tried"), ": the fixes change no image; --all tries ", text.Count(r.Untried, "image", "images"))
		return p.err
	}
	table := proofTables(r.List)
	width := proofWidths(table)
	row := func(cells []string) string {
		line := ""
		for k, cell := range cells {
			line += pad(cell, width[k]) + "  "
		}
		return strings.TrimRight(line, " ")
	}
	p.line(p.st.paint(dim, row(proofHead)))
	for i := range r.List {
		for _, cells := range table[i] {
			p.line(row(cells))
		}
		p.compared(&r.List[i])
		p.line()
	}
	p.proofFailures(r.List)
	p.line(p.st.paint(bold, fixer.TallyProofs(r.List)))
	return p.err
}

// compared writes the comparison of the two sides, and what the containers did without.
func (p *printer) compared(proof *fixer.Proof) {
	v, why := proof.Result()
	code := dim
	switch v {
	case fixer.ProofWorse:
		code = red
	case fixer.ProofBetter:
		code = green
	}
	said := p.st.paint(bold+";"+code, string(v))
	if why != "" {
		said += ": " + text.VisibleLine(why)
	}
	if same, compared := proof.SameBody(); compared && !same {
		said += "; the page differs"
	}
	p.line("  ", said)
	for _, image := range []string{proof.Before.Image, proof.After.Image} {
		if image != "" {
			p.line("  kept: ", p.st.paint(cyan, image))
		}
	}
	if len(proof.Without) > 0 {
		for _, l := range wrap("tried without "+strings.Join(proof.Without, "; "), textWidth-2) {
			p.line("  ", p.st.paint(dim, l))
		}
	}
}

// proofFailures writes why something failed and what it printed at last. What fails in the
// same way with both images is written once.
func (p *printer) proofFailures(list []fixer.Proof) {
	for i := range list {
		before := map[string]bool{}
		wrote := false
		for _, row := range ProofRows(&list[i]) {
			why, output := row.failure()
			if why == "" {
				continue
			}
			wrote = true
			name := p.st.paint(bold, list[i].Service+", "+row.Label)
			last := append([]string{""}, output...)
			if kind := why + "\x00" + last[len(last)-1]; before[kind] {
				p.line(name, ": the same")
				continue
			} else {
				before[kind] = true
			}
			p.line(name, ": ", text.VisibleLine(why))
			for _, l := range output {
				p.line("    ", p.st.paint(dim, "| "), text.VisibleLine(l))
			}
		}
		if wrote {
			p.line()
		}
	}
}

// Announce writes what is about to be executed, before a person agrees to it.
func (r *Proofs) Announce(w io.Writer, st Style, subjects []fixer.ProofSubject) {
	p := &printer{w: w, st: st}
	p.line("Executes what these Dockerfiles say, as they are and as the fixes make them, with ", text.VisibleLine(r.Engine), ":")
	for _, s := range subjects {
		line := "  " + p.st.place(bold, s.Dockerfile, 0)
		switch {
		case s.Skipped != "":
			line += "  not tried: " + text.VisibleLine(s.Skipped)
		case len(s.Services) > 0:
			line += "  context " + text.VisibleLine(s.Context) + "  runs as " + text.VisibleLine(strings.Join(s.Services, ", "))
		default:
			line += "  context " + text.VisibleLine(s.Context) + "  run by no file here"
		}
		p.line(line)
	}
	if r.Untried > 0 {
		p.line("  ", p.st.paint(dim, text.Count(r.Untried, "image that the fixes do not change is", "images that the fixes do not change are")+" left out (--all)"))
	}
}
