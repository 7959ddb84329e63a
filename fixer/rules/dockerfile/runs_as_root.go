package dockerfile

import (
	"cmp"
	_ "embed"
	"fmt"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/build"
	"github.com/oakum-sec/oakum/fixer/container"
	"github.com/oakum-sec/oakum/fixer/dockerfile"
	"github.com/oakum-sec/oakum/fixer/image"
)

//go:embed runs_as_root.md
var runsAsRootDoc string

// RunsAsRoot reports images that run as root.
var RunsAsRoot = &fixer.Rule{
	Name:     "dockerfile/runs-as-root",
	Title:    "runs as root",
	Severity: fixer.High,
	Kind:     fixer.Dockerfile,
	Phase:    fixer.Identity,
	References: []fixer.Reference{
		{Source: fixer.CISDocker, ID: "4.1"},
		{Source: fixer.Hadolint, ID: "DL3002"},
		{Source: fixer.Trivy, ID: "DS-0002"},
		{Source: fixer.Checkov, ID: "CKV_DOCKER_3"},
		{Source: fixer.Checkov, ID: "CKV_DOCKER_8"},
		{Source: fixer.KICSDockerfile, ID: "fd54f200-402c-4333-a5a4-36ef6709af2f", Title: "Missing User Instruction"},
		{Source: fixer.Dockle, ID: "CIS-DI-0001"},
	},
	Params: []fixer.Param{paramUID, paramGID, paramName},
	Doc:    runsAsRootDoc,
	Check: func(p *fixer.Pass) {
		for _, s := range build.Targets(p) {
			if !s.Windows {
				checkUser(p, s)
			}
		}
	},
}

func checkUser(p *fixer.Pass, stage *dockerfile.Stage) {
	s := &imageCheck{pass: p, file: p.File.Dockerfile, stage: stage, last: stage.User(), base: cmp.Or(stage.Root().Image, stage.Root().Base)}
	s.profile = container.OfStage(p, p.File.Path, s.file, stage)
	user := s.profile.User
	switch {
	case user.IsNonRoot(), user.Name != "" && user.Name != "root": // numbers of named accounts are not always known
		return
	case s.last.At != nil && !user.KnownUID: // a variable decides
		return
	}
	f := fixer.Finding{Path: stagePath(stage) + ": USER", Start: stage.From.Start, End: stage.From.End, Evidence: s.profile.Evidence}
	what := "The image"
	if stage != s.file.Final() {
		what = "The image of " + stagePath(stage)
	}
	switch {
	case s.last.At != nil:
		f.Start, f.End = s.last.At.Start, s.last.At.End
		if s.last.Stage != stage {
			f.Start, f.End = stage.From.Start, stage.From.End
		}
		f.Message = fmt.Sprintf("%s runs as root: the last USER is %s", what, s.last.Text)
	case user.IsRoot():
		f.Message = fmt.Sprintf("%s runs as root: no USER instruction, and %s runs as root", what, s.base)
	default:
		f.Message = fmt.Sprintf("%s may run as root: no USER instruction, and the user of %s is unknown", what, s.base)
	}
	s.advise(&f)
	p.Report(f)
}

// advise finds what can be done: nothing that is forced on a program which has
// to start as root, else the account that is known to fit best.
func (s *imageCheck) advise(f *fixer.Finding) {
	if e := s.profile.Entry; e != nil && e.NonRoot.Support != image.SupportApp {
		s.adviseProduct(f, e)
		return
	}
	if why, yes := s.needsRoot(); yes {
		f.Severity, f.Advice = fixer.Medium, why
		return
	}
	if why, yes := s.notHere(); yes {
		f.Advice = why
		return
	}
	acc, why := s.account()
	if why != "" {
		f.Advice = why
		return
	}
	if slices.ContainsFunc(build.Of(s.pass.File).GroupJoins(nil), func(j build.GroupJoin) bool { return j.User == acc.name }) {
		acc.group = false // USER with a group would give up the others
	}
	f.Evidence = append(f.Evidence, acc.evidence)
	fix := s.fix(acc)
	if why := s.heldVolume(acc.numbers()); why != "" {
		fix.Level = fixer.Manual
		f.Advice = why
	}
	asks, fails, yes := s.asksForUser()
	created, ok := s.create()
	if yes && fails && acc.free {
		fix.Level = fixer.Manual
		if !ok {
			f.Advice = "Create a user with a home directory and set USER to that user. " + asks.Text
		}
	}
	f.Fixes = []fixer.Fix{fix}
	if ok && acc.free {
		f.Fixes = append(f.Fixes, created)
		if yes {
			f.Evidence = append(f.Evidence, asks)
			f.Fixes = []fixer.Fix{created, fix}
		}
	}
	s.heedHost(f)
}

// adviseProduct deals with images that are built upon a product, such as
// postgres or nginx, whose own way of starting the table knows.
func (s *imageCheck) adviseProduct(f *fixer.Finding, e *image.Entry) {
	id, known := e.RunAs()
	f.Evidence = append(f.Evidence, fixer.ImageEvidence(e.Evidence(image.FieldNonRoot)))
	conditions := image.SaysAll(e.NonRoot.Conditions)
	switch support := e.NonRoot.Support; {
	case support == image.SupportDefault && known:
		if why, yes := s.notHere(); yes {
			f.Advice = why
			return
		}
		f.Fixes = []fixer.Fix{s.fix(account{
			uid: id.UID, gid: id.GID, group: id.KnownGID, name: id.Name,
			evidence: fixer.Evidence{Kind: fixer.FromTable, Text: s.base + " runs as this user"},
		})}
	case support == image.SupportYes && e.PrivilegeDrop.Tool != "" && !e.PrivilegeDrop.Partial:
		f.Severity = fixer.Low
		f.Message += ", then drops privileges itself"
		f.Advice = fmt.Sprintf("Set user: %[3]d:%[4]d in the Compose file or manifest to start without root, if the volumes belong to that user. %[1]s starts as root to prepare its files, then drops privileges to %[2]s",
			e.ID, id, id.UID, id.GID)
	case support == image.SupportConditional && e.PrivilegeDrop.Partial && known && e.Verified(image.FieldNonRoot) && slices.ContainsFunc(e.NonRoot.Conditions, (*image.Condition).GivesRoom):
		twin, evidence, stays, ok := s.twinFix()
		if ok && stays == "" {
			f.Fixes, f.Evidence = append(f.Fixes, twin), append(f.Evidence, evidence...)
		} else if ok {
			f.Evidence = append(f.Evidence, fixer.Evidence{Kind: fixer.FromDockerfile, Place: s.pass.File.Path, Text: stays})
		}
		fix, why := s.productFix(e, id)
		if why == "" {
			f.Fixes = append(f.Fixes, fix)
			if !s.run { // whoever does knows the port
				slices.Reverse(f.Fixes)
			}
		}
		if len(f.Fixes) > 0 {
			return
		}
		f.Severity = fixer.Medium
		f.Advice = fmt.Sprintf("Run %[1]s without root if %[3]s. The main process stays root and starts workers as %[2]s. Not fixed automatically: %[4]s", e.ID, id, conditions, why)
		if alt := e.Alternatives; len(alt) > 0 {
			f.Advice += ". " + strings.TrimPrefix(alt[0].Image, "docker.io/") + " is an image that runs without root"
		}
	case e.NonRoot.AnyUID && e.PrivilegeDrop.Tool == "" && (support == image.SupportYes || support == image.SupportConditional):
		if why, yes := s.notHere(); yes {
			f.Advice = why
			return
		}
		acc := unknownAccount(e.ID + " runs as any user")
		acc.breaks = conditions
		f.Fixes = []fixer.Fix{s.fix(acc)}
	case support == image.SupportUnknown:
		f.Advice = "Read the documentation of " + e.ID + " for a non-root user, then add USER with the uid: oakum's image table lists no user"
	default:
		f.Severity = fixer.Medium
		f.Advice = "Keep root for this image: " + e.ID + " must start as root"
		if e.PrivilegeDrop.Partial && known {
			f.Advice = fmt.Sprintf("Keep root for this image: the main process of %s stays root and starts workers as %s", e.ID, id)
		}
		if support != image.SupportNo && conditions != "" {
			f.Advice += ". Without root, the image works only if " + conditions
		}
		if alt := e.Alternatives; len(alt) > 0 {
			f.Advice += ". " + strings.TrimPrefix(alt[0].Image, "docker.io/") + " is an image that runs without root"
		}
	}
}
