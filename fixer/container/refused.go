package container

import (
	"strconv"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/image"
)

// refused decides about a container that runAsNonRoot holds, and that its file names no
// user for. The kubelet starts it only if it knows the user of the image not to be
// root, which it does of a number and not of a name. ok is false where the container
// starts, and where nothing proves that it does not.
func (s *Spec) refused(d *UserDecision) (ok bool) {
	start := s.Image.User
	certain := s.Image.Proven || s.Image.BuiltHere() && s.Image.Build.Certain
	if !certain || start.IsNonRoot() && start.Numeric {
		return false
	}
	d.Refused, d.Evidence = true, s.Image.Evidence
	const so = "so the kubelet refuses to start it (CreateContainerConfigError)"
	switch {
	case start.IsRoot():
		d.Says = "sets runAsNonRoot, but its image starts as root, " + so
		s.leaveRoot(d)
	case start.Name == "":
		return false
	case start.IsNonRoot():
		d.Need, d.Level, d.User = NeedUser, fixer.Review, start
		d.Says = "sets runAsNonRoot, but its image names user " + start.Name + " without a number, " + so
		d.Breaks = "The container fails if the image gives user " + start.Name + " a different number than " + strconv.Itoa(start.UID)
	default:
		d.Says = "sets runAsNonRoot, but its image names user " + start.Name + " without a number, " + so
		d.unknown("Set runAsUser to the uid of " + start.Name + ", or write the uid in USER of the Dockerfile: `docker run --rm --entrypoint id IMAGE` prints it")
	}
	return true
}

// siblingUser is the user that Compose services tell the same image to run as, where they
// agree on one that is not root.
func (s *Spec) siblingUser() (image.Identity, fixer.Evidence, bool) {
	if len(s.Siblings) == 0 {
		return image.Identity{}, fixer.Evidence{}, false
	}
	first := s.Siblings[0]
	for _, u := range s.Siblings {
		if !u.Certain || !u.Identity.IsNonRoot() || u.Identity.UID != first.Identity.UID {
			return image.Identity{}, fixer.Evidence{}, false
		}
	}
	return first.Identity, first.Evidence, true
}
