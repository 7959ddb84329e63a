package kubernetes

import (
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/build"
	"github.com/oakum-sec/oakum/fixer/container"
	"github.com/oakum-sec/oakum/fixer/image"
	"github.com/oakum-sec/oakum/fixer/kube"
	"github.com/oakum-sec/oakum/fixer/text"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

// A healthCheck is one of Docker that asks the application itself. Kubernetes does not
// run it, but the kubelet can ask the same.
type healthCheck struct {
	port     int
	page     string // "" for a check that somebody listens
	asked    build.Asked
	timeout  int    // in seconds, 0 where the check leaves it open
	where    string // for people: "Dockerfile", "compose.yaml"
	evidence []fixer.Evidence
}

// healthCheckOf is the health check of the image that a container runs: that of its
// Dockerfile or of the Compose services that run it, or that of the image table. There is
// none where two of them ask differently, and where the container starts something else.
func healthCheckOf(p *fixer.Pass, c kube.Container) (healthCheck, bool) {
	if !c.Node.Get("command").Null() {
		return healthCheck{}, false
	}
	profile := container.OfImage(p, c.Image)
	if !profile.BuiltHere() {
		return healthOfTable(p, c, profile.Entry)
	}
	b := profile.Build
	var found []healthCheck
	for _, v := range p.Topology().Users(b.Path) {
		if other, ok := p.Topology().ServiceBuild(v); !ok || other.Stage != b.Stage {
			continue
		}
		for _, r := range container.FromService(p, v).Runs {
			if !r.IsHealthCheck() {
				continue
			}
			if h, ok := asks(r); ok {
				at := v.Field("healthcheck", "test")
				h.timeout = seconds(v.Field("healthcheck", "timeout").Node.Text())
				h.where = path.Base(v.File)
				h.evidence = []fixer.Evidence{{Kind: fixer.FromRepository, Place: fmt.Sprintf("%s:%d", at.File, at.Node.Line), Text: fmt.Sprintf("The health check of service %s asks for %s", v.Name, h)}}
				found = append(found, h)
			}
		}
	}
	if h := b.Stage.Healthcheck(); h.At != nil && len(h.Args) > 0 {
		r := container.Run{Words: h.Args}
		if h.Shell {
			r = container.Run{Text: h.Args[0]}
		}
		if check, ok := asks(container.NewRun(r)); ok {
			flag, _ := h.At.Flag("timeout")
			check.timeout, check.where = seconds(flag.Value), path.Base(b.Path)
			check.evidence = []fixer.Evidence{{Kind: fixer.FromDockerfile, Place: fmt.Sprintf("%s:%d", b.Path, h.At.Line), Text: fmt.Sprintf("HEALTHCHECK asks for %s, which Kubernetes does not do", check)}}
			found = append(found, check)
		}
	}
	for _, h := range found {
		if h.port != found[0].port || h.page != found[0].page || !slices.Equal(h.asked.Headers, found[0].asked.Headers) {
			return healthCheck{}, false
		}
	}
	if len(found) == 0 {
		return healthCheck{}, false
	}
	first := found[0]
	first.evidence = append(first.evidence, fixer.Evidence{Kind: fixer.FromRepository, Text: b.Why})
	return first, true
}

// healthOfTable is the usual check of a known image, where it was seen to answer.
func healthOfTable(p *fixer.Pass, c kube.Container, e *image.Entry) (healthCheck, bool) {
	if e == nil || e.ByName || len(e.Healthcheck.Test) < 2 || !e.Verified(image.FieldHealthcheck) ||
		container.FromContainer(p, c).Holds(e.Healthcheck.When) != container.Yes {
		return healthCheck{}, false
	}
	r := container.Run{Words: e.Healthcheck.Test[1:]}
	if e.Healthcheck.Test[0] == "CMD-SHELL" {
		r = container.Run{Text: e.Healthcheck.Test[1]}
	}
	h, ok := asks(container.NewRun(r))
	h.where = "the usual health check of " + e.ID
	h.evidence = []fixer.Evidence{fixer.ImageEvidence(e.Evidence(image.FieldHealthcheck))}
	return h, ok
}

func asks(r container.Run) (healthCheck, bool) {
	asked, ok := build.AsksSelf(r.Commands)
	n, err := strconv.Atoi(asked.Port)
	return healthCheck{port: n, page: asked.Page, asked: asked}, ok && err == nil && !r.Unread
}

// probeOf is how the kubelet asks the same: whether somebody listens, or for a page with
// the same headers.
func probeOf(asked build.Asked, port int) (verb string, value yamldoc.Map) {
	if asked.Page == "" {
		return "tcpSocket", yamldoc.Map{{Key: "port", Value: port}}
	}
	value = yamldoc.Map{{Key: "path", Value: asked.Page}, {Key: "port", Value: port}}
	var headers []any
	for _, h := range asked.Headers {
		headers = append(headers, yamldoc.Map{{Key: "name", Value: h.Name}, {Key: "value", Value: h.Value}})
	}
	if len(headers) > 0 {
		value = append(value, yamldoc.Pair{Key: "httpHeaders", Value: headers})
	}
	return "httpGet", value
}

// seconds is a duration of Docker in seconds, 0 where it is none.
func seconds(s string) int {
	d, err := time.ParseDuration(s)
	if err != nil || d < time.Second {
		return 0
	}
	return int(d / time.Second)
}

// String is what the check asks for, for people.
func (h healthCheck) String() string {
	if h.page == "" {
		return "a connection on port " + strconv.Itoa(h.port)
	}
	return h.page + " on port " + strconv.Itoa(h.port)
}

// probe is the readiness probe that asks the same. One that fails takes the pod out of its
// Services, and restarts nothing.
func (h healthCheck) probe(c kube.Container) fixer.Fix {
	verb, value := probeOf(h.asked, h.port)
	probe := yamldoc.Map{{Key: verb, Value: value}}
	slow := "longer than 1 second"
	if h.timeout > 1 {
		probe = append(probe, yamldoc.Pair{Key: "timeoutSeconds", Value: h.timeout})
		slow = fmt.Sprintf("longer than %d seconds", h.timeout)
	}
	w := c.Workload
	return fixer.Fix{
		ID: "readiness", Title: fmt.Sprintf("Add a readinessProbe with %s of %s, as in %s", verb, h, h.where), Level: fixer.Review,
		Breaks: "The pod gets no requests if the application listens on 127.0.0.1 only, answers only requests for its own host name, or takes " + slow + " to answer",
		Verify: "kubectl rollout status " + text.ShellWord(strings.ToLower(w.Kind)+"/"+w.Name) + " --timeout 5m\nends without an error: the new pods are ready",
		Edit:   fixer.EditYAML(w.Doc, yamldoc.Set(c.Path.Join("readinessProbe"), probe)),
	}
}

// declaresTCP reports whether a container declares a TCP port.
func declaresTCP(c kube.Container, port int) bool {
	for _, n := range c.Node.Get("ports").List() {
		if number, ok := n.Get("containerPort").Int(); ok && int(number) == port && n.Get("protocol").Text() != "UDP" && n.Get("protocol").Text() != "SCTP" {
			return true
		}
	}
	return false
}
