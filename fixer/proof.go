package fixer

import (
	"fmt"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer/text"
)

// A Proof is what was seen of one service when its image was built and started with
// the files as they are, and with the files as a plan makes them. The zero value of a
// part means that it was not tried.
type Proof struct {
	Service    string // the Compose service or workload, for people; else the Dockerfile
	Dockerfile string // relative to the root
	Target     string // the stage that is built after the plan; "" for the last

	// Place is where a file says how the image runs, "compose.yaml:3". It is "" where no
	// file does: Hardened is then what oakum would ask for, and not what the plan asks for.
	Place string

	// Without is what the file asks for and the containers did not get, in words.
	Without []string

	Skipped string // why nothing was tried, as a clause; "" where something was

	Before, After ProofSide
}

// A ProofSide is what was seen of one of the two images.
type ProofSide struct {
	Image   string // the name of the image where it was kept
	Built   bool
	Failure string   // why there is no image, as a clause
	Output  []string // the last lines of the build that failed, safe to show
	Size    int64    // of the image, bytes

	// AsAsked is a run with the settings that the files of this side ask for, where
	// they differ from Hardened. Hardened is one with those that the files ask for
	// after the plan.
	AsAsked, Hardened *ProofRun

	// Writes are paths, sorted, that the container made or changed outside mounts and
	// temporary file systems, when it might. MoreWrites counts those left out.
	Writes        []string
	MoreWrites    int
	WritesUnknown bool
}

// A ProofRun is one start of a container.
type ProofRun struct {
	Started bool     // it came up: it was running when it was left, or ended with status 0
	Ended   bool     // by itself
	Status  int      // the exit status, where it ended
	Failure string   // why it did not start, or what kept it from answering, as a clause
	Output  []string // the last lines it printed, where it failed, safe to show

	Ports  []int // that were asked, in this order; none where nothing says what it listens on
	Answer ProofAnswer

	UID      int // of the first process
	KnownUID bool
}

// A ProofAnswer is what a port answered.
type ProofAnswer struct {
	Port   int
	TCP    bool   // the port was open
	Status int    // of the answer to GET /, 0 for what is no HTTP
	Body   string // hash of the answer's body without its numbers; "" without a body
}

// A ProofResult compares an image after a plan with the one before it.
type ProofResult string

// The results.
const (
	ProofWorse  ProofResult = "worse"
	ProofSame   ProofResult = "as before"
	ProofBetter ProofResult = "better"
	ProofNone   ProofResult = "not tried"
)

// smaller is how much of its size an image has to lose to be better for it.
const smaller = 0.05

// Result compares the two sides, and says why. What fails on both sides is no fault of
// the plan: a service may need others, which are not started.
func (p *Proof) Result() (ProofResult, string) {
	if p.Skipped != "" {
		return ProofNone, p.Skipped
	}
	b, a := &p.Before, &p.After
	switch {
	case !b.Built && !a.Built:
		return ProofSame, "before does not build either"
	case !a.Built:
		return ProofWorse, "it no longer builds"
	case !b.Built:
		return ProofBetter, "before does not build"
	}
	was, is, alike := b.asked(), a.asked(), "with the same settings, "
	if p.Place == "" {
		alike = "hardened, "
	}
	switch before, after := was.rank(), is.rank(); {
	case after < before:
		return ProofWorse, is.worseThan(was)
	case a.Hardened.rank() < b.Hardened.rank():
		return ProofWorse, alike + a.Hardened.worseThan(b.Hardened)
	case was.KnownUID && is.KnownUID && was.UID != 0 && is.UID == 0:
		return ProofWorse, "it runs as root, and did not before"
	case after > before:
		return ProofBetter, "before, " + was.worseThan(is)
	case a.Hardened.rank() > b.Hardened.rank() && p.Place == "":
		return ProofBetter, "before, " + alike + b.Hardened.worseThan(a.Hardened)
	}
	if is.rank() < 2 { // what does not run is not better for its size
		return ProofSame, is.either()
	}
	var gains []string
	if was.KnownUID && is.KnownUID && was.UID == 0 && is.UID != 0 {
		gains = append(gains, fmt.Sprintf("it runs as user %d instead of root", is.UID))
	}
	if b.Size > 0 && float64(b.Size-a.Size) >= smaller*float64(b.Size) {
		gains = append(gains, fmt.Sprintf("the image is %d %% smaller", (b.Size-a.Size)*100/b.Size))
	}
	reasons := gains
	if a.Hardened.rank() > b.Hardened.rank() {
		reasons = append(reasons, "only the new image works with the new settings")
	}
	if why := is.either(); why != "" {
		reasons = append(reasons, why)
	}
	if len(gains) > 0 {
		return ProofBetter, strings.Join(reasons, "; ")
	}
	return ProofSame, strings.Join(reasons, "; ")
}

// asked is the run with the settings that the files of the side ask for.
func (s *ProofSide) asked() *ProofRun {
	if s.AsAsked != nil {
		return s.AsAsked
	}
	return s.Hardened
}

// rank orders runs by how far they came; 0 for one that was not made.
func (r *ProofRun) rank() int {
	switch {
	case r == nil || !r.Started && !r.Ended:
		return 0
	case !r.Started:
		return 1
	case !r.Answer.TCP:
		return 2
	case r.Answer.Status == 0, r.Answer.Status >= 500:
		return 3
	case r.Answer.Status >= 400:
		return 4
	}
	return 5
}

// worseThan says where a run falls short of a better one.
func (r *ProofRun) worseThan(o *ProofRun) string {
	switch {
	case r == nil || !r.Started && !r.Ended:
		return "it does not start"
	case !r.Started:
		return fmt.Sprintf("it ends with status %d", r.Status)
	case !r.Answer.TCP:
		return "it does not answer"
	case o.Answer.Status > 0:
		return fmt.Sprintf("it answers %s instead of %s", r.Answer, o.Answer)
	}
	return "it answers " + r.Answer.String()
}

// either says what a run does not do where the other one does not do it either.
func (r *ProofRun) either() string {
	switch r.rank() {
	case 0:
		return "before does not start either"
	case 1:
		return "before ends with a failure, too"
	case 2:
		if len(r.Ports) > 0 {
			return "before does not answer either"
		}
	}
	return ""
}

// String is the answer in words: "HTTP 200", "TCP", "no".
func (a ProofAnswer) String() string {
	switch {
	case a.Status > 0:
		return fmt.Sprintf("HTTP %d", a.Status)
	case a.TCP:
		return "TCP"
	}
	return "no"
}

// SameBody reports whether both sides answered with bodies that could be compared, and
// whether these are alike but for numbers.
func (p *Proof) SameBody() (same, compared bool) {
	was, is := p.Before.asked(), p.After.asked()
	if was == nil || is == nil || was.Answer.Body == "" || is.Answer.Body == "" {
		return false, false
	}
	return was.Answer.Body == is.Answer.Body, true
}

// A ProofSubject is what would be built and started for proofs, for a person to agree to.
type ProofSubject struct {
	Dockerfile string
	Context    string   // the build context, relative to the root
	Services   []string // that run the image, for people; none where no file does
	Changed    bool     // the plan changes the image or how it runs
	Skipped    string   // why it will not be tried, as a clause
}

// ProofNews is what proving has brought since.
type ProofNews struct {
	// Doing says what is done now, "building api/Dockerfile as it is"; safe to show.
	Doing string

	Proof *Proof // one more that is complete; nil without
}

// TallyProofs counts proofs by result, in words, the worst first; "" without any.
func TallyProofs(proofs []Proof) string {
	n := map[ProofResult]int{}
	for i := range proofs {
		v, _ := proofs[i].Result()
		n[v]++
	}
	var out []string
	for _, v := range []ProofResult{ProofWorse, ProofSame, ProofBetter, ProofNone} {
		if n[v] > 0 {
			out = append(out, fmt.Sprintf("%d %s", n[v], v))
		}
	}
	if len(out) == 0 {
		return ""
	}
	return text.Count(len(proofs), "service", "services") + ": " + strings.Join(out, ", ")
}

// AnyWorse reports whether a service is worse after the plan.
func AnyWorse(proofs []Proof) bool {
	return slices.ContainsFunc(proofs, func(p Proof) bool { v, _ := p.Result(); return v == ProofWorse })
}

// NothingTried reports whether there are proofs and none of them was tried.
func NothingTried(proofs []Proof) bool {
	return len(proofs) > 0 && !slices.ContainsFunc(proofs, func(p Proof) bool { return p.Skipped == "" })
}
