package compose

import (
	_ "embed"
	"fmt"
	"strconv"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/compose"
	"github.com/oakum-sec/oakum/fixer/container"
	"github.com/oakum-sec/oakum/fixer/text"
)

//go:embed runs_as_root.md
var runsAsRootDoc string

// RunsAsRoot reports services that run as root. Its first fix is the one decision
// about a service: user, capabilities and root filesystem together.
var RunsAsRoot = &fixer.Rule{
	Name:     "compose/runs-as-root",
	Title:    "runs as root",
	Severity: fixer.High,
	Kind:     fixer.Compose,
	Phase:    fixer.Identity,
	// What a service needs depends on its image, which the other rule may exchange.
	After: []string{"compose/privileged", "dockerfile/runs-as-root"},
	References: []fixer.Reference{
		{Source: fixer.CISDocker, ID: "4.1"},
		{Source: fixer.OWASPDocker, ID: "rule 2"},
		{Source: fixer.ComposeLint, ID: "CL-0018"},
	},
	Params: []fixer.Param{paramUID, paramGID, paramWritable},
	Doc:    runsAsRootDoc,
	Check: func(p *fixer.Pass) {
		for _, v := range services(p) {
			spec := container.FromService(p, v)
			if d := decideUser(p, v, spec); d.Need != container.NeedNothing && !onlyPrepares(p, v, spec) {
				reportRoot(p, v, spec, d)
			}
		}
	},
}

var (
	paramUID = fixer.Param{Name: "uid", Meaning: "user ID of the service, 1 or higher", Validate: container.ValidID(1)}
	paramGID = fixer.Param{Name: "gid", Meaning: "group ID of the service, 0 or higher", Validate: container.ValidID(0)}
)

func reportRoot(p *fixer.Pass, v compose.View, spec *container.Spec, d container.UserDecision) {
	f := rootFinding(p, v, spec, d)
	heedBase(p, v, "user", p.Rule, &f, func(base compose.View) fixer.Finding {
		spec := container.FromService(p, base)
		if d := decideUser(p, base, spec); d.Need == container.NeedUser && !onlyPrepares(p, base, spec) && d.Level < fixer.Manual {
			return rootFinding(p, base, spec, d)
		}
		return fixer.Finding{}
	})
	report(p, v, own(v.Setting("user")), f)
}

// rootFinding is the finding about one service.
func rootFinding(p *fixer.Pass, v compose.View, spec *container.Spec, d container.UserDecision) fixer.Finding {
	at := v.Setting("user")
	f := fixer.Finding{Message: fmt.Sprintf("Service %q %s", v.Name, d.Says), Evidence: d.Evidence}
	if user, _ := spec.StartsAs(); !user.KnownUID && user.Name == "" {
		f.Severity = fixer.Low // it may well not be root
	}
	why := unwritable(v, "user")
	switch {
	case why != "":
		f.Advice = why
	case d.Need == container.NeedUnknown && at.Variable() != "":
		f.Advice = fmt.Sprintf("Set variable %s, used at %s, to the number of another user wherever the file is used, or make that its default", at.Variable(), placeOf(at))
	case d.Need == container.NeedUnknown:
		f.Advice = d.Advice
	default:
		f.Advice = d.Advice
		f.Fixes = userFixes(p, v, spec, d)
	}
	if keep, ok := keepRootFix(p, v, spec); ok {
		f.Fixes = append(f.Fixes, keep)
	}
	return f
}

// onlyPrepares reports whether a service starts as root with no more than its image
// needs to prepare files and to become another user, and all else is taken from it:
// what [keepRootFix] makes of a service, and an answer as well.
func onlyPrepares(p *fixer.Pass, v compose.View, spec *container.Spec) bool {
	if !spec.StartsOnlyAsRoot() || spec.Privileged.Yes() || !has(v.List("cap_drop"), isAll) || has(v.List("cap_add"), isAll) || len(spec.DropCapabilities().AddBack) > 0 {
		return false
	}
	h := hardening{v: v, spec: spec}
	h.decide(p, asItIs)
	return !h.any() && h.privileges == nil
}

// decideUser decides about the user of a service and of all that the answer reaches.
// A number that is right for one image is wrong for another.
func decideUser(p *fixer.Pass, v compose.View, spec *container.Spec) container.UserDecision {
	d := spec.RunAs()
	if d.Need != container.NeedUser {
		return d
	}
	for _, r := range v.Reached("user") {
		other := container.FromService(p, r.View).RunAs()
		if other.Need == container.NeedUser && other.User.UID == d.User.UID && (other.Level < fixer.Manual || d.Level == fixer.Manual) {
			d.Level = max(d.Level, other.Level)
			d.Breaks = text.Sentences(d.Breaks, difference(other.Breaks, d.Breaks))
			continue
		}
		d.Need, d.Level, d.Breaks = container.NeedUnknown, fixer.Manual, ""
		d.Advice = "Set user in each of the services that share this definition: they do not all work as the same user. " + text.Capital(r.Why)
		d.Evidence = append(d.Evidence, fixer.Evidence{Kind: fixer.FromCompose, Place: fmt.Sprintf("%s:%d", r.By.File, r.By.Key.Line), Text: text.Capital(r.Why)})
		return d
	}
	for _, key := range []string{"volumes_from", "devices"} {
		if len(v.List(key)) > 0 {
			d.Level = fixer.Manual
			d.Breaks = "The application fails on files and devices that the user does not own"
			d.Advice = "Check whether user " + strconv.Itoa(d.User.UID) + " can use what " + key + " gives to the service, then set user"
		}
	}
	heedStack(p, v, d.Scratch, &d.Decision)
	if e, ok := reasonFor(v, v.Setting("user")); ok && d.Level != fixer.Manual {
		d.Level, d.Evidence = fixer.Manual, append(d.Evidence, e)
		d.Breaks = text.Sentences(d.Breaks, "What the comment at "+placeOf(v.Setting("user"))+" gives as the reason")
		d.Advice = "Check whether the reason in the comment still holds, and set user if not"
	}
	return d
}

// difference is a sentence, unless another one says it already.
func difference(sentence, other string) string {
	if sentence == other {
		return ""
	}
	return sentence
}

// userFixes are the user with all that goes with it, and the user alone.
func userFixes(p *fixer.Pass, v compose.View, spec *container.Spec, d container.UserDecision) []fixer.Fix {
	form := scratchFormOf(p)
	alone := userFix(form, v, spec, d)
	if d.Guess {
		return []fixer.Fix{alone}
	}
	h := hardening{v: v, spec: spec}
	h.decide(p, startedAs(d.User, spec.User))
	if !h.any() {
		return []fixer.Fix{alone}
	}
	fix := h.fix("Set user to "+numbers(d), d.Level, d.Breaks)
	fix.ID = "harden"
	fix.Params = append(userParams(d), fix.Params...)
	fix.Verify = userCheck(v, d) + "\n\n" + fix.Verify
	rest := fix.Edit
	scratch := tmpfsOf(d.Scratch, d.User)
	fix.Edit = func(draft *fixer.Draft) error {
		if err := writeUser(draft, v, d); err != nil {
			return err
		}
		if h.room == nil { // else they are among its own
			if err := mountScratch(draft, form, v, scratch...); err != nil {
				return err
			}
		}
		if err := rest(draft); err != nil {
			return err
		}
		return setEnv(draft, v, h.missingEnv(d.SetEnv))
	}
	return []fixer.Fix{fix, alone}
}

// userFix sets the user alone, with the directories it needs.
func userFix(form scratchForm, v compose.View, spec *container.Spec, d container.UserDecision) fixer.Fix {
	fix := fixer.Fix{
		ID: "user", Title: "Set user to " + numbers(d), Level: d.Level, Breaks: d.Breaks,
		Verify: userCheck(v, d) + "\n\n" + verifyRestart(v), Params: userParams(d),
	}
	scratch := tmpfsOf(d.Scratch, d.User)
	if len(scratch) > 0 {
		fix.Title += " and mount tmpfs at " + joinedPaths(d.Scratch)
	}
	fix.Edit = func(draft *fixer.Draft) error {
		if err := writeUser(draft, v, d); err != nil {
			return err
		}
		if err := mountScratch(draft, form, v, scratch...); err != nil {
			return err
		}
		return setEnv(draft, v, d.SetEnv)
	}
	return fix
}

// writeUser writes numbers: a name would be looked up in the image.
func writeUser(draft *fixer.Draft, v compose.View, d container.UserDecision) error {
	user := draft.Param("uid")
	if gid := draft.Param("gid"); gid != "" {
		user += ":" + gid
	}
	return set(draft, v, "user", user)
}

func userParams(d container.UserDecision) []fixer.Param {
	uid, gid := paramUID.With(strconv.Itoa(d.User.UID)), paramGID
	gid.Validate = fixer.Optional(gid.Validate)
	if d.User.KnownGID {
		gid = gid.With(strconv.Itoa(d.User.GID))
	}
	uid.Guess, gid.Guess = d.Guess, d.Guess
	return []fixer.Param{uid, gid}
}

// numbers is the user as it is written.
func numbers(d container.UserDecision) string {
	if !d.User.KnownGID {
		return strconv.Itoa(d.User.UID)
	}
	return strconv.Itoa(d.User.UID) + ":" + strconv.Itoa(d.User.GID)
}

// userCheck is how to see whom the service was started as, whatever is in its image.
func userCheck(v compose.View, d container.UserDecision) string {
	return `docker inspect --format '{{.Config.User}}' "$(` + v.CLI() + ` ps -q ` + text.ShellWord(v.Name) + `)"` + "\nprints " + numbers(d)
}
