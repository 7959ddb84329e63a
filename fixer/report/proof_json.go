package report

import (
	"io"

	"github.com/oakum-sec/oakum/fixer"
)

type jsonProofs struct {
	Version int         `json:"version"`
	Engine  string      `json:"engine"`
	Proofs  []jsonProof `json:"proofs"`
}

type jsonProof struct {
	Service    string    `json:"service"`
	Dockerfile string    `json:"dockerfile"`
	Target     string    `json:"target,omitempty"`
	Place      string    `json:"place,omitempty"`
	Result     string    `json:"result"`
	Reason     string    `json:"reason,omitempty"`
	Without    []string  `json:"without"`
	Before     *jsonSide `json:"before,omitempty"`
	After      *jsonSide `json:"after,omitempty"`
}

type jsonSide struct {
	Image         string   `json:"image,omitempty"`
	Built         bool     `json:"built"`
	Failure       string   `json:"failure,omitempty"`
	Output        []string `json:"output,omitempty"`
	Size          int64    `json:"size,omitempty"`
	AsAsked       *jsonRun `json:"asAsked,omitempty"`
	Hardened      *jsonRun `json:"hardened,omitempty"`
	Writes        []string `json:"writes"`
	MoreWrites    int      `json:"moreWrites"`
	WritesUnknown bool     `json:"writesUnknown,omitempty"`
}

type jsonRun struct {
	Started bool        `json:"started"`
	Ended   bool        `json:"ended"`
	Status  *int        `json:"status,omitempty"`
	Failure string      `json:"failure,omitempty"`
	Output  []string    `json:"output,omitempty"`
	Ports   []int       `json:"ports"`
	Answer  *jsonAnswer `json:"answer,omitempty"`
	UID     *int        `json:"uid,omitempty"`
}

type jsonAnswer struct {
	Port   int    `json:"port"`
	HTTP   int    `json:"http,omitempty"`
	Body   string `json:"body,omitempty"`
	Answer string `json:"answer"`
}

// JSON writes the proofs for other tools; docs/prove.md says what the members mean.
func (r *Proofs) JSON(w io.Writer) error {
	out := jsonProofs{Version: JSONVersion, Engine: r.Engine, Proofs: []jsonProof{}}
	for i := range r.List {
		p := &r.List[i]
		v, why := p.Result()
		j := jsonProof{Service: p.Service, Dockerfile: p.Dockerfile, Target: p.Target, Place: p.Place, Result: string(v), Reason: why, Without: noNil(p.Without)}
		if p.Skipped == "" {
			j.Before, j.After = proofSideJSON(&p.Before), proofSideJSON(&p.After)
		}
		out.Proofs = append(out.Proofs, j)
	}
	return writeJSON(w, out)
}

func proofSideJSON(s *fixer.ProofSide) *jsonSide {
	return &jsonSide{
		Image: s.Image, Built: s.Built, Failure: s.Failure, Output: s.Output, Size: s.Size, AsAsked: proofRunJSON(s.AsAsked), Hardened: proofRunJSON(s.Hardened),
		Writes: noNil(s.Writes), MoreWrites: s.MoreWrites, WritesUnknown: s.WritesUnknown,
	}
}

func proofRunJSON(r *fixer.ProofRun) *jsonRun {
	if r == nil {
		return nil
	}
	out := &jsonRun{Started: r.Started, Ended: r.Ended, Failure: r.Failure, Output: r.Output, Ports: r.Ports}
	if r.Ports == nil {
		out.Ports = []int{}
	}
	if r.Ended {
		out.Status = &r.Status
	}
	if r.Answer.TCP {
		out.Answer = &jsonAnswer{Port: r.Answer.Port, HTTP: r.Answer.Status, Body: r.Answer.Body, Answer: r.Answer.String()}
	}
	if r.KnownUID {
		out.UID = &r.UID
	}
	return out
}

func noNil(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}
