package compose

import (
	"fmt"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/compose"
	"github.com/oakum-sec/oakum/fixer/container"
	"github.com/oakum-sec/oakum/fixer/image"
	"github.com/oakum-sec/oakum/fixer/text"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

// A verdict is how far one container can be hardened in one respect, and what it
// needs for it.
type verdict struct {
	container.Decision
	needs []string // "tmpfs at /run", "capabilities CHOWN, SETUID"
}

// A starter is a container as it is once another user is set, or as it stands.
type starter func(*container.Spec) *container.Spec

func asItIs(s *container.Spec) *container.Spec { return s }

// startedAs returns containers that are told to run as a user. One to which a file
// gives a user of its own keeps it, unless that is the user to be replaced.
func startedAs(user image.Identity, replaced container.User) starter {
	return func(s *container.Spec) *container.Spec {
		if s.User.Set && s.User != replaced {
			return s
		}
		return s.As(user)
	}
}

// heedReached lowers a decision about a service to the worst of the containers
// that a value written for key holds for besides: heirs that extend it, and the
// same service with other files read over it.
//
// One that needs no more than the service itself is not worth a word.
func heedReached(p *fixer.Pass, v compose.View, key string, d *container.Decision, judge func(*container.Spec) verdict) {
	reached := v.Reached(key)
	if len(reached) == 0 {
		return
	}
	said, needs := 0, judge(container.FromService(p, v)).needs
	for _, r := range reached {
		other := judge(container.FromService(p, r.View))
		if other.Level < d.Level || other.Level == d.Level && (len(other.needs) == 0 || slices.Equal(other.needs, needs)) {
			continue
		}
		why := text.Capital(r.Why) + ". "
		switch {
		case other.Level == fixer.Manual:
			why += other.Advice
		case len(other.needs) > 0:
			why += "That container needs " + strings.Join(other.needs, " and ")
		default:
			why += other.Breaks
		}
		if said++; said <= maxReachedSaid {
			d.Evidence = append(d.Evidence, fixer.Evidence{Kind: fixer.FromCompose, Place: fmt.Sprintf("%s:%d", r.By.File, r.By.Key.Line), Text: why})
		}
		if other.Level > d.Level {
			d.Level = other.Level
			d.Breaks, d.Advice = why, ""
			if d.Level == fixer.Manual {
				d.Breaks, d.Advice = "", other.Advice+". "+text.Capital(r.Why)
			}
		}
	}
	if more := said - maxReachedSaid; more > 0 {
		d.Evidence = append(d.Evidence, fixer.Evidence{Kind: fixer.FromCompose, Place: v.File, Text: text.Count(more, "more service is", "more services are") + " affected as well"})
	}
}

// maxReachedSaid is how many of the services that a value reaches are named.
const maxReachedSaid = 3

// heedDecision keeps a fix from being safe where a person has decided about the
// setting that it changes: a comment beside it says why it is so, or it is a list
// that is empty on purpose.
func heedDecision(v compose.View, s compose.Setting, d *container.Decision) {
	if d.Level != fixer.Safe || s.Node == nil || s.File != v.File {
		return
	}
	why, breaks := "", ""
	switch at := placeOf(s); {
	case commentBeside(v.Doc, s.Node):
		why, breaks = "A comment explains the setting", "The comment at "+at+" may give a reason for the current setting"
	case s.Node.Is(yamldoc.Sequence) && s.Node.Len() == 0:
		why, breaks = "The list is empty", "The empty list at "+at+" may remove items on purpose that another file sets"
	default:
		return
	}
	d.Level, d.Breaks = fixer.Review, breaks
	d.Evidence = append(d.Evidence, fixer.Evidence{Kind: fixer.FromCompose, Place: placeOf(s), Text: why})
}

// heedReason leaves to a person the setting for which a comment gives a reason.
func heedReason(v compose.View, s compose.Setting, d *container.Decision) {
	e, ok := reasonFor(v, s)
	if !ok || d.Level == fixer.Manual {
		return
	}
	d.Level, d.Breaks, d.Evidence = fixer.Manual, "", append(d.Evidence, e)
	d.Advice = "Check whether the reason in the comment at " + placeOf(s) + " still holds, and change the setting if not"
}

// decided says where a variable decides about a setting that should have another
// value, as advice.
func decided(s compose.Setting, wanted string) string {
	was := "has no default"
	if on, known := s.Bool(); known {
		was = fmt.Sprintf("defaults to %t", on)
	}
	return fmt.Sprintf("Set variable %s to %s wherever the file is used, or make that its default. The variable, used at %s, %s", s.Variable(), wanted, placeOf(s), was)
}

// unwritable says why nothing can be written for key that holds for the service
// alone, as advice; "" where it can.
func unwritable(v compose.View, key string) string {
	part, taken := v.Place(key)
	if taken.Node != nil {
		return fmt.Sprintf("Change %s at %s, where !reset removes the key and every value written for the service", key, placeOf(taken))
	}
	if alias := part.Shared(); alias != nil && !(part.Service == v.Service && part.SharedWithServices()) {
		return fmt.Sprintf("Write %s in both places, or remove the anchor &%s first: %s:%d uses the same anchor", key, alias.Value, part.File, alias.Line)
	}
	return ""
}
