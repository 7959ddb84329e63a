package report

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/text"
)

// A ProofRow is one line of a table of proofs: one image with one kind of settings.
type ProofRow struct {
	Label string // "before", "after, hardened"
	Side  *fixer.ProofSide
	Run   *fixer.ProofRun // nil where the image was not built
	first bool            // of its side: what is about the image stands here
	last  bool            // of its side: what it writes stands here
}

// ProofRows are the lines of a proof, none where nothing was tried.
func ProofRows(p *fixer.Proof) []ProofRow {
	if p.Skipped != "" {
		return nil
	}
	how := ", new settings"
	if p.Place == "" {
		how = ", hardened"
	}
	var out []ProofRow
	for _, s := range []struct {
		when string
		side *fixer.ProofSide
	}{{"before", &p.Before}, {"after", &p.After}} {
		from := len(out)
		if s.side.AsAsked != nil {
			out = append(out, ProofRow{Label: s.when, Side: s.side, Run: s.side.AsAsked})
			if s.side.Hardened != nil {
				out = append(out, ProofRow{Label: s.when + how, Side: s.side, Run: s.side.Hardened})
			}
		} else {
			out = append(out, ProofRow{Label: s.when, Side: s.side, Run: s.side.Hardened})
		}
		out[from].first, out[from].last = true, true
	}
	return out
}

// failure says why a run failed; "" where it did not.
func (r ProofRow) failure() (why string, output []string) {
	switch {
	case !r.Side.Built && r.first:
		return "not built" + unsaid(r.Side.Failure, r.Side.Output), r.Side.Output
	case r.Run == nil:
		return "", nil
	case !r.Run.Started && r.Run.Ended:
		why = fmt.Sprintf("it ended with status %d", r.Run.Status)
		if r.Run.Failure != "" {
			why += ": " + r.Run.Failure
		}
		return why, r.Run.Output
	case !r.Run.Started:
		return "not started" + unsaid(r.Run.Failure, r.Run.Output), r.Run.Output
	case len(r.Run.Ports) > 0 && !r.Run.Answer.TCP:
		why = "no answer on port " + ports(r.Run.Ports)
		if r.Run.Failure != "" {
			why = r.Run.Failure
		}
		return why, r.Run.Output
	}
	return "", nil
}

// unsaid is a reason behind a colon, "" where it is the last line of the output, which is
// shown as well.
func unsaid(why string, output []string) string {
	if n := len(output); why == "" || n > 0 && strings.HasPrefix(output[n-1], why) {
		return ""
	}
	return ": " + why
}

func ports(list []int) string {
	var out []string
	for _, n := range list {
		out = append(out, itoa(n))
	}
	return strings.Join(out, ", ")
}

// proofHead names the cells of a table of proofs.
var proofHead = []string{"service", "image", "built", "started", "answers", "uid", "size", "writes outside mounts"}

// proofTables are the rows of each proof, safe to show. The first cell names the service
// in the first row.
func proofTables(list []fixer.Proof) [][][]string {
	out := make([][][]string, len(list))
	for i := range list {
		rows := ProofRows(&list[i])
		name := text.VisibleLine(list[i].Service)
		if len(rows) == 0 {
			out[i] = [][]string{{name, "-", "-", "-", "-", "-", "-", "-"}}
		}
		for _, r := range rows {
			out[i] = append(out[i], append([]string{name, r.Label}, r.Cells()...))
			name = ""
		}
	}
	return out
}

// Cells are what a row shows: built, started, answers, uid, size, writes.
func (r ProofRow) Cells() []string {
	built, size, writes := "", "", ""
	if r.first {
		built = yesNo(r.Side.Built)
	}
	if r.first && r.Side.Built {
		size = Megabytes(r.Side.Size)
	}
	if r.last && r.Side.Built {
		writes = written(r.Side)
	}
	if r.Run == nil {
		return []string{built, "-", "-", "-", size, writes}
	}
	started, answers, uid := yesNo(r.Run.Started), r.Run.Answer.String(), "-"
	switch {
	case !r.Run.Started && r.Run.Ended:
		started = "ended " + itoa(r.Run.Status)
		answers = "-"
	case !r.Run.Started:
		answers = "-"
	case r.Run.Ended:
		started = "ended 0"
		answers = "-"
	case len(r.Run.Ports) == 0:
		answers = "no port"
	}
	if r.Run.KnownUID {
		uid = itoa(r.Run.UID)
	}
	return []string{built, started, answers, uid, size, writes}
}

func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

// written sums up what a container wrote.
func written(s *fixer.ProofSide) string {
	n := len(s.Writes) + s.MoreWrites
	switch {
	case s.WritesUnknown:
		return "?"
	case n == 0:
		return "nothing"
	case n == 1:
		return endOf(s.Writes[0])
	}
	return fmt.Sprintf("%s and %d more", endOf(s.Writes[0]), n-1)
}

// mostPath is how much of a path a cell shows.
const mostPath = 40

// endOf is the end of a path that is too long for a cell.
func endOf(path string) string {
	if r := []rune(path); len(r) > mostPath {
		return "…" + string(r[len(r)-mostPath+1:])
	}
	return path
}

// Megabytes is a size for people, in millions of bytes as container engines count.
func Megabytes(n int64) string {
	if n < 10_000_000 {
		return fmt.Sprintf("%.1f MB", float64(n)/1_000_000)
	}
	return fmt.Sprintf("%.0f MB", float64(n)/1_000_000)
}

func proofWidths(tables [][][]string) []int {
	out := make([]int, len(proofHead))
	for _, table := range append(tables, [][]string{proofHead}) {
		for _, cells := range table {
			for k, cell := range cells {
				out[k] = max(out[k], utf8.RuneCountInString(cell))
			}
		}
	}
	return out
}
