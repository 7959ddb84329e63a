package dockerfile

import (
	"fmt"
	"slices"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"
)

// A Contract is what a stage promises to those who run its image or build on it,
// as far as the file sets it. Values have variables replaced where the file
// sets them and are as written otherwise. What the base image sets is not in
// it, so that two contracts can be compared but not run.
type Contract struct {
	Base       string // image of the root of the FROM chain, as written
	Platform   string // --platform of that FROM, as written
	Entrypoint string // the final argument list as JSON, the shell of shell form included
	Cmd        string // the same
	Healthcheck,
	Workdir, User, StopSignal string
	Env, Labels     map[string]string
	Expose, Volumes []string // sorted, without repetitions
	Shell           string   // argument list as JSON; "" for the default
	Onbuild         []string // in order
}

// Contract works out what the stage promises at its end.
func (s *Stage) Contract() Contract {
	root := s.Root()
	c := Contract{
		Base: root.Base, Platform: root.Platform,
		Env: map[string]string{}, Labels: map[string]string{},
	}
	var shell []string
	var cmdStage, ports, volumes = (*Stage)(nil), map[string]bool{}, map[string]bool{}
	s.walk(func(stage *Stage, i *Instruction, vars *scope) {
		switch i.Keyword {
		case "ENTRYPOINT":
			c.Entrypoint = argv(i, shell)
			if cmdStage != stage {
				c.Cmd = "" // a CMD from an earlier stage does not survive
			}
		case "CMD":
			c.Cmd, cmdStage = argv(i, shell), stage
		case "HEALTHCHECK":
			c.Healthcheck = health(i, shell)
		case "WORKDIR":
			v := newValue(stage, i, i.Args.Raw, vars)
			c.Workdir = joinWorkdir(c.Workdir, v.Text)
		case "USER":
			c.User = newValue(stage, i, i.Args.Raw, vars).Text
		case "STOPSIGNAL":
			c.StopSignal = newValue(stage, i, i.Args.Raw, vars).Text
		case "ENV", "LABEL":
			into := c.Env
			if i.Keyword == "LABEL" {
				into = c.Labels
			}
			for _, p := range i.Pairs {
				key := newValue(stage, i, p.KeyWord.Raw, vars).Text
				into[key] = newValue(stage, i, p.Arg.Raw, vars).Text
			}
		case "EXPOSE", "VOLUME":
			into := ports
			if i.Keyword == "VOLUME" {
				into = volumes
			}
			for _, w := range i.Words {
				into[newValue(stage, i, unJSON(i, w), vars).Text] = true
			}
		case "SHELL":
			shell = values(i.Words)
			c.Shell = asJSON(shell)
		case "ONBUILD":
			if stage == s { // triggers do not reach further than one FROM
				c.Onbuild = append(c.Onbuild, i.Text())
			}
		}
	})
	c.Expose, c.Volumes = sorted(ports), sorted(volumes)
	return c
}

// argv renders a command as the image config holds it.
func argv(i *Instruction, shell []string) string {
	if i.JSON {
		return asJSON(values(i.Words))
	}
	if shell == nil {
		shell = []string{"/bin/sh", "-c"}
	}
	return asJSON(append(slices.Clone(shell), i.shellText()))
}

// health renders HEALTHCHECK with its times, so that 30s and 0.5m are the same.
// The shell is part of it, although the image config leaves that to the engine.
func health(i *Instruction, shell []string) string {
	h, ok := i.Typed.(*instructions.HealthCheckCommand)
	if !ok || h.Health == nil {
		return i.Text()
	}
	if len(h.Health.Test) > 0 && h.Health.Test[0] == "NONE" {
		return "NONE"
	}
	test := argv(i, shell)
	if i.JSON {
		test = asJSON(values(i.Words[1:]))
	}
	return fmt.Sprintf("%s interval=%s timeout=%s start-period=%s start-interval=%s retries=%d", test,
		h.Health.Interval, h.Health.Timeout, h.Health.StartPeriod, h.Health.StartInterval, h.Health.Retries)
}

// unJSON returns the text of a word in which variables count.
func unJSON(i *Instruction, w Word) string {
	if i.JSON {
		return w.Value
	}
	return w.Raw
}

func values(words []Word) []string {
	out := make([]string, 0, len(words))
	for _, w := range words {
		out = append(out, w.Value)
	}
	return out
}

func asJSON(args []string) string {
	quoted := make([]string, len(args))
	for k, a := range args {
		quoted[k] = Quote(a)
	}
	return "[" + strings.Join(quoted, ", ") + "]"
}

func sorted(set map[string]bool) []string {
	out := make([]string, 0, len(set))
	for k := range set {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}
