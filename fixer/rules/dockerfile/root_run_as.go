package dockerfile

import (
	"fmt"
	"slices"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/container"
	"github.com/oakum-sec/oakum/fixer/image"
	"github.com/oakum-sec/oakum/fixer/kube"
	"github.com/oakum-sec/oakum/fixer/topology"
)

// runAs is the one user that the repository runs the image as, in Compose and in
// Kubernetes, where somebody has given it a number. ok is false where nobody has,
// and where they disagree.
func (s *imageCheck) runAs() (acc account, ok bool) {
	var found []image.Identity
	var evidence fixer.Evidence
	add := func(id image.Identity, e fixer.Evidence) {
		if id.KnownUID && !id.IsRoot() {
			found, evidence = append(found, id), e
		}
	}
	for _, v := range s.pass.Topology().Users(s.pass.File.Path) {
		if b, ok := s.pass.Topology().ServiceBuild(v); ok && b.Stage == s.stage {
			if user := container.FromService(s.pass, v).User; user.Set && user.Certain {
				add(user.Identity, user.Evidence)
			}
		}
	}
	for _, repo := range s.pass.Topology().Images(s.pass.File.Path) {
		for _, given := range givenUsers.Of(s.pass)[repo] {
			if b, ok := s.pass.Topology().ImageBuild(given.image); ok && b.Certain && b.Stage == s.stage {
				add(given.user, given.evidence)
			}
		}
	}
	if len(found) == 0 || slices.ContainsFunc(found, func(id image.Identity) bool { return id.UID != found[0].UID }) {
		return account{}, false
	}
	acc = account{uid: found[0].UID, evidence: evidence,
		breaks: "The image may not have a user with that uid"}
	for _, id := range found {
		if id.KnownGID {
			acc.gid, acc.group = id.GID, true
		}
	}
	return acc, true
}

// A givenUser is a number that a manifest gives a container.
type givenUser struct {
	image    string
	user     image.Identity
	evidence fixer.Evidence
}

// givenUsers are those of the files as they were read: what a fix has written
// since is oakum's own. They are kept by images without tags and digests.
var givenUsers = fixer.NewIndex(func(f *fixer.File) bool { return len(usersIn(f)) > 0 }, func(files []*fixer.File) map[string][]givenUser {
	out := map[string][]givenUser{}
	for _, f := range files {
		for _, user := range usersIn(f) {
			repo := topology.Repository(user.image)
			out[repo] = append(out[repo], user)
		}
	}
	return out
})

func usersIn(f *fixer.File) []givenUser {
	if f.Was != nil {
		f = f.Was
	}
	var out []givenUser
	for _, o := range f.Objects {
		w := o.Workload()
		if w == nil || w.Partial {
			continue
		}
		for _, c := range w.Containers() {
			out = append(out, userOf(f, c, len(w.Containers()) == 1)...)
		}
	}
	return out
}

// userOf returns the number that a container is given. One of the whole pod is a choice for all
// its images, unless there is but one.
func userOf(f *fixer.File, c kube.Container, alone bool) []givenUser {
	n, inherited := c.Security("runAsUser")
	uid, ok := n.Int()
	if !ok || inherited && !alone {
		return nil
	}
	user := image.Identity{UID: int(uid), KnownUID: true, Numeric: true}
	if group, _ := c.Security("runAsGroup"); !group.Null() {
		if gid, ok := group.Int(); ok {
			user.GID, user.KnownGID = int(gid), true
		}
	}
	return []givenUser{{c.Image, user, fixer.Evidence{Kind: fixer.FromManifest, Place: f.PlaceOf(n), Text: fmt.Sprintf("runAsUser: %d", uid)}}}
}
