package prove

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/text"
)

// label marks the containers that are made here, so that none is left behind.
const label = "oakum-prove"

// clearsWithin is how long clearing up may take, when the work itself is over.
const clearsWithin = time.Minute

// A work is one run over several subjects.
type work struct {
	engine  *Engine
	options Options
	dir     string // temporary, outside the repository
	id      string // in the names of all that is made
	network string // "" for the engine's own
	news    func(fixer.ProofNews)
}

// Prove builds the subjects before and after the plan, starts what runs them, and tells
// what it does and what it has seen. It returns when everything that was made is
// removed, and fails only where nothing can be tried at all; a context that is done is
// such a failure.
func (e *Engine) Prove(ctx context.Context, root string, subjects []Subject, o Options, news func(fixer.ProofNews)) error {
	dir, err := os.MkdirTemp("", label+"-")
	if err != nil {
		return fmt.Errorf("there is no place for a copy of the build context: %w", err)
	}
	defer removeAll(dir)
	if below(root, dir) {
		return errors.New("the directory for temporary files lies in the repository: set TMPDIR to another one")
	}
	w := &work{engine: e, options: o, dir: dir, id: filepath.Base(dir), news: news}
	defer w.clear()
	if _, err := e.ask(ctx, "network", "create", "--label="+label+"="+w.id, w.id); err == nil {
		w.network = w.id // apart from other containers; else the engine's own will do
	}
	for i := range subjects {
		w.subject(ctx, root, &subjects[i], strconv.Itoa(i+1))
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
	return nil
}

// removeAll removes a copy, also directories in it that nobody may write to.
func removeAll(dir string) {
	if os.RemoveAll(dir) == nil {
		return
	}
	_ = filepath.WalkDir(dir, func(at string, d fs.DirEntry, err error) error {
		if d != nil && d.IsDir() {
			_ = os.Chmod(at, 0o700)
		}
		return nil
	})
	_ = os.RemoveAll(dir)
}

// clear removes the containers that are left, and the network.
func (w *work) clear() {
	ctx, cancel := context.WithTimeout(context.Background(), clearsWithin)
	defer cancel()
	ids, err := w.engine.ask(ctx, "ps", "--all", "--quiet", "--filter=label="+label+"="+w.id)
	if err == nil && ids != "" {
		_, _ = w.engine.askWithin(ctx, createsWithin, nil, append([]string{"rm", "--force", "--volumes"}, strings.Fields(ids)...)...)
	}
	if w.network != "" {
		_, _ = w.engine.ask(ctx, "network", "rm", w.network)
	}
}

// remove removes a container with its volumes, whatever has happened meanwhile.
func (w *work) remove(id string) {
	ctx, cancel := context.WithTimeout(context.Background(), clearsWithin)
	defer cancel()
	_, _ = w.engine.askWithin(ctx, createsWithin, nil, "rm", "--force", "--volumes", id)
}

func (w *work) doing(format string, args ...any) {
	w.news(fixer.ProofNews{Doing: text.VisibleLine(fmt.Sprintf(format, args...))})
}

// subject proves one image and all that run it.
func (w *work) subject(ctx context.Context, root string, s *Subject, number string) {
	proofs := s.proofs()
	tell := func() {
		for i := range proofs {
			w.news(fixer.ProofNews{Proof: &proofs[i]})
		}
	}
	skip := func(why string) {
		for i := range proofs {
			proofs[i].Skipped = text.VisibleLine(why)
		}
		tell()
	}
	if s.Skipped != "" {
		skip(s.Skipped)
		return
	}
	w.doing("copying the build context of %s", s.Dockerfile)
	into := filepath.Join(w.dir, number)
	if err := os.Mkdir(into, 0o700); err != nil {
		skip(err.Error())
		return
	}
	defer removeAll(into)
	place, err := copyContext(ctx, root, into, s)
	if err != nil {
		skip(err.Error())
		return
	}
	before, after := w.name(number, "before"), w.name(number, "after")
	if !w.options.Keep {
		defer w.forget(before, after)
	}
	w.doing("building %s as it is", s.Dockerfile)
	was := w.build(ctx, place, s.before, before)
	is := was
	if len(s.changes) > 0 || s.before.stage != s.after.stage || !slices.Equal(s.before.args, s.after.args) {
		if err := place.apply(); err != nil {
			skip(err.Error())
			return
		}
		w.doing("building %s as the plan makes it", s.Dockerfile)
		is = w.build(ctx, place, s.after, after)
	} else {
		after = before
	}
	if ctx.Err() != nil {
		return
	}
	if why := cmp.Or(w.unable(was), w.unable(is)); why != "" {
		skip(why)
		return
	}
	ports := w.exposed(ctx, before, was.Built, after, is.Built)
	for i := range proofs {
		p := &proofs[i]
		p.Before, p.After = was, is
		p.Before.WritesUnknown, p.After.WritesUnknown = was.Built, is.Built // until somebody has looked
		if w.options.Keep {
			p.Before.Image, p.After.Image = kept(before, was), kept(after, is)
		}
		w.runs(ctx, p, s.service(i), before, after, ports)
		if ctx.Err() != nil {
			return
		}
		w.news(fixer.ProofNews{Proof: p})
	}
}

func kept(image string, s fixer.ProofSide) string {
	if s.Built {
		return image
	}
	return ""
}

// proofs are those of a subject before anything was tried.
func (s *Subject) proofs() []fixer.Proof {
	p := fixer.Proof{Service: s.Dockerfile, Dockerfile: s.Dockerfile, Target: s.after.stage}
	if len(s.services) == 0 {
		if len(s.Services) > 0 {
			p.Service = s.Services[0]
		}
		return []fixer.Proof{p}
	}
	var out []fixer.Proof
	for _, v := range s.services {
		p.Service, p.Place, p.Without = v.name, v.place, v.without
		out = append(out, p)
	}
	return out
}

// service is what runs the image for a proof of the subject.
func (s *Subject) service(i int) service {
	if len(s.services) == 0 {
		return service{before: plain, after: hardened}
	}
	return s.services[i]
}

func (w *work) name(number, when string) string { return w.id + "-" + number + ":" + when }

// forget removes images.
func (w *work) forget(images ...string) {
	ctx, cancel := context.WithTimeout(context.Background(), clearsWithin)
	defer cancel()
	for _, image := range images {
		_, _ = w.engine.askWithin(ctx, createsWithin, nil, "rmi", "--force", image)
	}
}

// build builds an image.
func (w *work) build(ctx context.Context, at *workplace, t target, image string) (side fixer.ProofSide) {
	args := []string{"build", "--file=" + at.dockerfile, "--tag=" + image}
	if t.stage != "" {
		args = append(args, "--target="+t.stage)
	}
	for _, a := range t.args {
		args = append(args, "--build-arg="+a)
	}
	if network := w.options.network(); network != "" {
		args = append(args, "--network="+network)
	}
	if _, err := w.engine.askWithin(ctx, w.options.build(), secretsIn(t.args), append(args, at.dir)...); err != nil {
		side.Failure, side.Output = err.Error(), said(err)
		return side
	}
	size, err := w.engine.ask(ctx, "image", "inspect", "--format={{.Size}}", image)
	if err == nil {
		side.Size, err = strconv.ParseInt(lastLine(size), 10, 64)
	}
	if err != nil {
		side.Failure = "the engine does not have the image that it built: " + err.Error()
		return side
	}
	side.Built = true
	return side
}

// unable says what the engine lacks for a build that failed, which is no fault of what is
// built; "" where it lacks nothing that is known.
func (w *work) unable(s fixer.ProofSide) string {
	said := strings.Join(s.Output, "\n")
	switch {
	case s.Built:
	case strings.Contains(said, "network bridge not found") && w.options.network() == "":
		return "builds have no network with this engine: --build-network host, or " + BuildNetworkVariable + "=host, gives them that of this machine"
	case strings.Contains(said, "buildx component is missing"):
		return "docker does not build with BuildKit here: install the plugin buildx (https://docs.docker.com/build/install-buildx/)"
	}
	return ""
}

// exposed are the ports that the images say they listen on, those of the first one
// first.
func (w *work) exposed(ctx context.Context, before string, haveBefore bool, after string, haveAfter bool) []int {
	var out []int
	for _, image := range []struct {
		name string
		have bool
	}{{before, haveBefore}, {after, haveAfter}} {
		if !image.have {
			continue
		}
		said, err := w.engine.ask(ctx, "image", "inspect", `--format={{range $port, $x := .Config.ExposedPorts}}{{$port}} {{end}}`, image.name)
		if err != nil {
			continue
		}
		for _, port := range strings.Fields(said) {
			number, protocol, _ := strings.Cut(port, "/")
			if n, err := strconv.Atoi(number); err == nil && n > 0 && protocol != "udp" && !slices.Contains(out, n) {
				out = append(out, n)
			}
		}
	}
	return out
}

// runs starts the images of both sides.
func (w *work) runs(ctx context.Context, p *fixer.Proof, v service, before, after string, exposed []int) {
	if !w.engine.local { // published ports are that machine's
		exposed, v.before.ports, v.after.ports = nil, nil, nil
		p.Without = append(slices.Clone(p.Without), "being asked for an answer: the engine is on another machine")
	}
	at := func(image string, s settings) trial {
		return trial{work: w, image: image, settings: s, ports: portsOf(s, exposed)}
	}
	writes := func(t trial, side *fixer.ProofSide) func(string) {
		return func(id string) { t.writes(ctx, id, side) }
	}
	nobody := p.Place == "" // no file runs the image: what is asked for is what an engine does by itself
	how := "with the new settings"
	if nobody {
		how = "hardened"
	}
	side := func(when, image string, s *fixer.ProofSide, asked settings, apart bool) {
		if !s.Built {
			return
		}
		if apart {
			w.doing("starting %s as it is %s the plan", p.Service, when)
			t := at(image, asked)
			look := writes(t, s)
			if asked.readOnly {
				look = nil
			}
			s.AsAsked = t.try(ctx, look)
		}
		w.doing("starting %s as it is %s the plan, %s", p.Service, when, how)
		t := at(image, v.after)
		look := writes(t, s)
		if apart && !asked.readOnly || v.after.readOnly {
			look = nil
		}
		s.Hardened = t.try(ctx, look)
		if asked.readOnly {
			w.doing("looking at what %s writes %s the plan", p.Service, when)
			t := at(image, asked.writable())
			t.try(ctx, writes(t, s))
		}
	}
	afterAsked := v.after
	if nobody {
		afterAsked = v.before
	}
	side("before", before, &p.Before, v.before, nobody || !v.before.equal(v.after))
	if ctx.Err() == nil {
		side("after", after, &p.After, afterAsked, nobody)
	}
}

// portsOf are the ports that are asked: those of the settings before those of the
// images.
func portsOf(s settings, exposed []int) []int {
	var out []int
	for _, port := range slices.Concat(s.ports, exposed) {
		if !slices.Contains(out, port) && len(out) < mostPorts && port > 0 && port < 65536 {
			out = append(out, port)
		}
	}
	return out
}
