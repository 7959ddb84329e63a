package cross

import (
	_ "embed"
	"fmt"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/updates"
)

//go:embed pins_without_updates.md
var pinsWithoutUpdatesDoc string

// PinsWithoutUpdates reports pinned images and actions that no update bot keeps
// fresh.
var PinsWithoutUpdates = &fixer.Rule{
	Name:        "cross/pins-without-updates",
	Title:       "pins that no update bot keeps fresh",
	Severity:    fixer.Low,
	Phase:       fixer.Standards,
	Consequence: true,
	References: []fixer.Reference{
		{Source: fixer.Scorecard, ID: "Dependency-Update-Tool"},
		{Source: fixer.Web, ID: "Dependabot options", Link: "https://docs.github.com/en/code-security/dependabot/working-with-dependabot/dependabot-options-reference"},
		{Source: fixer.Web, ID: "Renovate: Docker", Link: "https://docs.renovatebot.com/docker/"},
	},
	Doc: pinsWithoutUpdatesDoc,
	Check: func(p *fixer.Pass) {
		pins := allPins(p)
		var stale pinList
		bots := updates.In(p)
		for _, n := range pins {
			if _, kept := bots.Keeps(n.file, n.what); !kept {
				stale = append(stale, n)
			}
		}
		if len(stale) == 0 {
			return
		}
		r := staleReport{p: p, home: homeOfPins(p)}
		switch renovate, dependabot := bots.File(updates.Renovate), dependabotFile(p); {
		case dependabot != nil && dependabot.Skip == nil:
			off := stale.switchedOff(bots.File(updates.Dependabot))
			able, unable := stale.without(off).split()
			r.switchedOff(off, dependabot)
			r.extend(able, dependabot, renovate)
			r.onlyRenovate(unable, dependabot, renovate)
		case dependabot != nil:
			r.report("updates", stale, "Dependabot cannot read its configuration, so nothing updates "+stale.count(),
				"Repair "+dependabot.Path+": it "+dependabot.Skip.Reason, nil)
		case renovate != nil:
			r.report("updates", stale, "Renovate does not update "+stale.count(), renovateAdvice(renovate, stale), nil)
		default:
			r.start(stale)
		}
	},
}

// A staleReport reports pins that nobody updates.
type staleReport struct {
	p    *fixer.Pass
	home home
}

func (r staleReport) report(path string, stale pinList, message, advice string, fixes []fixer.Fix) {
	f := fixer.Finding{
		File: r.home.file, Path: path, Start: r.home.start, End: r.home.end,
		Message: message, Evidence: stale.evidence(), Fixes: fixes,
	}
	if len(fixes) == 0 {
		f.Advice = advice
	}
	r.p.Report(f)
}

// start is about a repository without a bot: Dependabot is proposed first where
// GitHub hosts it, and only where Dependabot can update all pins.
func (r staleReport) start(stale pinList) {
	able, unable := stale.split()
	onGitHub, onGitLab := hosts(r.p)
	renovate, dependabot := createRenovate(stale), createDependabot(able)
	var fixes []fixer.Fix
	switch {
	case len(unable) > 0 || onGitLab:
		fixes = []fixer.Fix{renovate}
	case onGitHub:
		fixes = []fixer.Fix{dependabot, renovate}
	default:
		fixes = []fixer.Fix{renovate, dependabot}
	}
	r.report("updates", stale, "No update bot is configured, so nothing updates "+stale.count(), "", fixes)
}

// extend is about pins that a Dependabot which is there could update.
func (r staleReport) extend(stale pinList, config *fixer.File, renovate *updates.File) {
	if len(stale) == 0 {
		return
	}
	r.report("updates", stale, notUpdated(renovate, stale), "", []fixer.Fix{extendDependabot(stale, config)})
}

// switchedOff is about pins of which somebody told Dependabot to leave them alone.
func (r staleReport) switchedOff(stale pinList, config *fixer.File) {
	if len(stale) > 0 {
		r.report("updates: switched off", stale, "Dependabot is told not to update "+stale.count(),
			"Update these pins by hand, or remove open-pull-requests-limit: 0, ignore or exclude-paths from the entry in "+config.Path, nil)
	}
}

// onlyRenovate is about pins that Dependabot cannot update.
func (r staleReport) onlyRenovate(stale pinList, config *fixer.File, renovate *updates.File) {
	if len(stale) == 0 {
		return
	}
	advice := fmt.Sprintf("Dependabot cannot update %s. Renovate can: let it update these alone, with enabledManagers, or replace %s with it. Otherwise update the pins by hand", stale.kinds(), config.Path)
	if renovate != nil {
		advice = renovateAdvice(renovate, stale)
	}
	r.report("updates: not by Dependabot", stale, notUpdated(renovate, stale), advice, nil)
}

func notUpdated(renovate *updates.File, stale pinList) string {
	if renovate != nil {
		return "Neither Renovate nor Dependabot updates " + stale.count()
	}
	return "Dependabot does not update " + stale.count()
}

// renovateAdvice says where to look in a configuration that leaves pins out.
func renovateAdvice(config *updates.File, stale pinList) string {
	advice := fmt.Sprintf("Let Renovate read %s: check enabledManagers, ignorePaths and packageRules in %s", stale.kinds(), config.Path)
	for _, n := range stale {
		if n.what == updates.Manifest {
			return advice + ". Renovate reads Kubernetes manifests only when managerFilePatterns under kubernetes names them"
		}
	}
	return advice
}

// hosts says where the repository is hosted, as far as that is known.
func hosts(p *fixer.Pass) (gitHub, gitLab bool) {
	host, _, _ := strings.Cut(strings.TrimPrefix(p.Facts.Source, "https://"), "/")
	gitHub, gitLab = host == "github.com", strings.Contains(host, "gitlab")
	has := func(name string) {
		gitHub = gitHub || strings.HasPrefix(name, ".github/")
		gitLab = gitLab || strings.HasPrefix(name, ".gitlab/") || name == ".gitlab-ci.yml"
	}
	if host == "" {
		for f := range p.Snapshot.Files() {
			has(f.Path)
		}
		for _, n := range p.Snapshot.Names() {
			has(n.Path)
		}
	}
	return gitHub, gitLab && !gitHub
}
