package linemode

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"math/rand"
	"strings"
	"testing"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/engine"
	"github.com/oakum-sec/oakum/fixer/image"
	"github.com/oakum-sec/oakum/fixer/report"
)

const shop = "FROM node:22\nARG TOKEN\nWORKDIR /app\nADD a /a\nADD b /b\nEXPOSE 80\nCMD [\"node\"]\n"

var knownNode = (&fixer.Facts{}).With(image.ConfigAnswer("node:22", image.Config{User: "node"}))

func talkAbout(files map[string]string) (*engine.Session, *fakeBackend) {
	b := &fakeBackend{disk: files}
	return engine.NewSession(fixer.NewSnapshot(b.sources()), nil, fakeRules()), b
}

// TestEveryWordIsTold plays every word and every short form, so that none is
// in the list that does nothing.
func TestEveryWord(t *testing.T) {
	for _, w := range words() {
		for _, said := range append([]string{w.name, w.letter}, w.also...) {
			if said == "" {
				continue
			}
			s, b := talkAbout(map[string]string{"Dockerfile": shop})
			var out bytes.Buffer
			if _, err := Run(t.Context(), strings.NewReader(said+"\n"), &out, s, b); err != nil {
				t.Fatal(err)
			}
			if strings.Contains(out.String(), "is not known") || strings.Contains(out.String(), "can be") {
				t.Errorf("%q is not understood:\n%s", said, out.String())
			}
		}
	}
}

// TestEndOfInputWritesNothing cuts a talk that would write off at every byte.
func TestEndOfInputWritesNothing(t *testing.T) {
	whole := "accept safe\naccept\nignore no time\nwrite\nyes"
	for n := range len(whole) - len("es") {
		s, b := talkAbout(map[string]string{"Dockerfile": shop})
		res, err := Run(t.Context(), strings.NewReader(whole[:n]), io.Discard, s, b)
		if err != nil || len(res.Written) > 0 || b.disk["Dockerfile"] != shop {
			t.Fatalf("cut after %q: wrote %v, %v", whole[:n], res.Written, err)
		}
	}
	s, b := talkAbout(map[string]string{"Dockerfile": shop})
	if res, err := Run(t.Context(), strings.NewReader(whole), io.Discard, s, b); err != nil || len(res.Written) != 1 {
		t.Errorf("the whole talk wrote %v, %v", res.Written, err)
	}
}

// TestSameAsSession: what the talk writes is what the session plans.
func TestSameAsSession(t *testing.T) {
	s, b := talkAbout(map[string]string{"Dockerfile": shop, "b/Dockerfile": shop})
	if _, err := Run(t.Context(), strings.NewReader("accept safe\nwrite\nyes\n"), io.Discard, s, b); err != nil {
		t.Fatal(err)
	}
	s2, _ := talkAbout(map[string]string{"Dockerfile": shop, "b/Dockerfile": shop})
	if _, err := s2.AcceptAll(fixer.Safe, nil); err != nil {
		t.Fatal(err)
	}
	changes := s2.Plan().Changes
	if len(changes) != 2 {
		t.Fatalf("%d changes", len(changes))
	}
	for _, c := range changes {
		if b.disk[c.Path] != string(c.After) {
			t.Errorf("%s was written as\n%s\nwant\n%s", c.Path, b.disk[c.Path], c.After)
		}
	}
}

// A listener calls do once it has heard the words.
type listener struct {
	bytes.Buffer
	words string
	do    func()
}

func (l *listener) Write(p []byte) (int, error) {
	if n, err := l.Buffer.Write(p); err != nil || l.do == nil || !strings.Contains(l.String(), l.words) {
		return n, err
	}
	l.do()
	l.do = nil
	return len(p), nil
}

// TestInterrupt: a context that is done ends the talk in the middle of a read.
func TestInterrupt(t *testing.T) {
	s, b := talkAbout(map[string]string{"Dockerfile": shop})
	in, person := io.Pipe()
	defer person.Close()
	ctx, cancel := context.WithCancel(t.Context())
	go io.WriteString(person, "accept safe\nwrite\n")
	out := &listener{words: "Write 1 file?", do: cancel}
	res, err := Run(ctx, in, out, s, b)
	if err != nil || !res.Interrupted || res.ExitCode() != 130 || len(res.Written) > 0 || b.disk["Dockerfile"] != shop {
		t.Errorf("%+v, %v\n%s", res, err, out.String())
	}
	if len(b.kept) != 2 || !strings.Contains(out.String(), "Interrupted. Nothing more is written.") {
		t.Errorf("%d decisions are kept\n%s", len(b.kept), out.String())
	}
}

// TestInterruptWins: an answer that is there at the moment of the interrupt
// does not count.
func TestInterruptWins(t *testing.T) {
	for range 50 {
		s, b := talkAbout(map[string]string{"Dockerfile": shop})
		ctx, cancel := context.WithCancel(t.Context())
		out := &listener{words: "Write 1 file?", do: cancel}
		res, err := Run(ctx, strings.NewReader("accept safe\nwrite\nyes\n"), out, s, b)
		if err != nil || len(res.Written) > 0 || b.disk["Dockerfile"] != shop {
			t.Fatalf("%+v, %v\n%s", res, err, out.String())
		}
	}
}

// TestEndings: carriage returns are said where some changed lines have one and
// some have not, and only there.
func TestEndings(t *testing.T) {
	for _, c := range []struct{ before, after, want string }{
		{"a\r\nb\r\n", "a\r\nc\r\n", "f:\nkeep 1: a\nremove 2: b\nadd 2: c\n"},
		{"a\r\nb\r\n", "a\r\nb\n", "f:\nkeep 1: a\nremove 2: b^M\nadd 2: b\n"},
		{"a\nb", "a\nb\n", "f:\nkeep 1: a\nremove 2: b\nno newline at the end of that line\nadd 2: b\n"},
		{"", "\n\n", "f:\nadd 1: \nadd 2: \n"},
	} {
		var out bytes.Buffer
		talk := &conversation{out: bufio.NewWriter(&out)}
		before, after := []byte(c.before), []byte(c.after)
		talk.readDiff(new(report.Veil).Over("f", fixer.Compose, before, after), "f", before, after)
		talk.out.Flush()
		if out.String() != c.want {
			t.Errorf("%q to %q reads\n%s, want\n%s", c.before, c.after, out.String(), c.want)
		}
	}
}

type fullDisk struct{ after int }

func (f *fullDisk) Write(p []byte) (int, error) {
	if f.after -= len(p); f.after < 0 {
		return 0, errors.New("disk full")
	}
	return len(p), nil
}

func TestOutputFails(t *testing.T) {
	for _, after := range []int{0, 300, 5000} {
		s, b := talkAbout(map[string]string{"Dockerfile": shop})
		_, err := Run(t.Context(), strings.NewReader(strings.Repeat("help\n", 200)), &fullDisk{after}, s, b)
		if err == nil || !strings.Contains(err.Error(), "disk full") {
			t.Errorf("after %d bytes: %v", after, err)
		}
	}
}

// TestLateFacts: facts arrive between two answers. The finding at hand stays,
// what they change is said, and the finding is read out again only when it is
// among that.
func TestLateFacts(t *testing.T) {
	for number, times := range map[string]int{"3": 1, "1": 2} {
		s, b := talkAbout(map[string]string{"Dockerfile": shop})
		b.facts = make(chan fixer.News, 1)
		out := &listener{words: "\nFinding " + number + " of 7", do: func() {
			b.facts <- fixer.News{Facts: knownNode}
			close(b.facts)
		}}
		in := strings.NewReader(number + "\nlist nothing-like-it\nlist nothing-like-it\nquit\n")
		if number == "1" { // is at hand from the start
			in = strings.NewReader("list nothing-like-it\nquit\n")
		}
		if _, err := Run(t.Context(), in, out, s, b); err != nil {
			t.Fatal(err)
		}
		if want := "Finding 1, dockerfile/runs-as-root in Dockerfile, is safe now, was review."; strings.Count(out.String(), want) != 1 {
			t.Errorf("no word of it:\n%s", out.String())
		}
		if n := strings.Count(out.String(), "\nFinding "+number+" of 7"); n != times {
			t.Errorf("finding %s was read out %d times, want %d:\n%s", number, n, times, out.String())
		}
	}
}

func TestLongLine(t *testing.T) {
	s, b := talkAbout(map[string]string{"Dockerfile": shop})
	var out bytes.Buffer
	in := strings.Repeat("x", 1<<20) + "\naccept safe\n"
	if _, err := Run(t.Context(), strings.NewReader(in), &out, s, b); err != nil {
		t.Fatal(err)
	}
	if out.Len() > 20_000 || !strings.Contains(out.String(), "Accepted 2 findings") {
		t.Errorf("%d bytes were said", out.Len())
	}
}

// TestAWriteThatBrokeOffIsNotCalledNothing: some files hold new bytes then, and
// the person has to know, also at the end.
func TestAWriteThatBrokeOffIsNotCalledNothing(t *testing.T) {
	s, b := talkAbout(map[string]string{"Dockerfile": shop})
	b.commitErr = &fixer.RefusedError{Interrupted: true, Refusals: []fixer.FileRefusal{{Path: "Dockerfile", Reason: "no space left on device"}}}
	var out bytes.Buffer
	if _, err := Run(t.Context(), strings.NewReader("accept\nwrite\nyes\nquit\nquit\n"), &out, s, b); err != nil {
		t.Fatal(err)
	}
	if got := out.String(); !strings.Contains(got, "Writing was interrupted.") || !strings.Contains(got, "no space left on device") || strings.Contains(got, "Nothing was written.") {
		t.Errorf("got:\n%s", got)
	}
}

// FuzzTalk says anything: the talk must end, write nothing without a yes to
// write, and never let control characters through.
func FuzzTalk(f *testing.F) {
	for _, w := range words() {
		f.Add(w.name + "\n" + w.name + " 1\n" + w.letter + " x")
	}
	f.Add("set uid \x1b[2J\nset uid=5\naccept\nignore \xff\u202e\nundo\nredo\nfix 2\ndiff\ndiff all\n0\n-1\n99999999999999999999\n")
	f.Fuzz(func(t *testing.T, in string) {
		if strings.Count(in, "\n") > 40 {
			t.Skip("no longer input says more, and each line is a fold")
		}
		s, b := talkAbout(map[string]string{"Dockerfile": shop})
		var out bytes.Buffer
		res, err := Run(t.Context(), strings.NewReader(in), &out, s, b)
		if err != nil {
			t.Fatal(err)
		}
		if hasControl(out.String()) {
			t.Fatalf("control characters are said: %q", out.String())
		}
		said := strings.ToLower(in)
		if len(res.Written) > 0 != (b.disk["Dockerfile"] != shop) || len(res.Written) > 0 && !(strings.Contains(said, "w") && strings.Contains(said, "y")) {
			t.Fatalf("wrote %v", res.Written)
		}
	})
}

// TestRandomTalk plays many words in any order, which takes the talk to states
// that no transcript thinks of.
func TestRandomTalk(t *testing.T) {
	rnd := rand.New(rand.NewSource(11))
	said := []string{"accept", "skip", "fix 2", "fix 1", "set uid 9", "set uid x", "ignore for now", "forget", "next", "back", "3", "7", "list", "accept rule", "accept safe", "skip file", "undo", "redo", "plan", "diff", "diff all", "again", "write\nyes", "write\nno", "patch", "explain", ""}
	for range 60 {
		s, b := talkAbout(map[string]string{"Dockerfile": shop, "api/Dockerfile": strings.ReplaceAll(shop, "\n", "\r\n")})
		var in strings.Builder
		for range 25 {
			in.WriteString(said[rnd.Intn(len(said))] + "\n")
		}
		var out bytes.Buffer
		if _, err := Run(t.Context(), strings.NewReader(in.String()), &out, s, b); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(out.String(), "%!") {
			t.Fatalf("a sentence is broken:\n%s", out.String())
		}
	}
}

// TestYesAfterQuitDoesNotAccept: yes is the answer to whether to leave, whatever is said
// behind it, and not the other word for accept.
func TestYesAfterQuitDoesNotAccept(t *testing.T) {
	for _, yes := range []string{"yes", "y", "Yes.", "yes please", "yes, leave", "y now"} {
		s, b := talkAbout(map[string]string{"Dockerfile": shop})
		if _, err := Run(t.Context(), strings.NewReader("accept\nquit\n"+yes+"\naccept\n"), io.Discard, s, b); err != nil {
			t.Fatal(err)
		}
		if n := len(s.Decisions()); n != 1 {
			t.Errorf("%q after quit: %d decisions, want the one before", yes, n)
		}
	}
}
