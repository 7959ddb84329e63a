package stack

import (
	"fmt"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer/image"
	"github.com/oakum-sec/oakum/fixer/text"
)

// A usual release is the one of Debian that tags of an image are of which name none.
type usualRelease struct {
	from, to [2]int // versions of the language, major and minor
	codename string
}

// usualReleases are those of the official images, of versions that are still built or
// were when Debian 13 came. Source: docker-library/official-images of 21 August 2026.
var usualReleases = map[string][]usualRelease{
	"php":    {{[2]int{8, 1}, [2]int{8, 5}, "trixie"}, {[2]int{7, 0}, [2]int{7, 4}, "bullseye"}},
	"ruby":   {{[2]int{3, 2}, [2]int{4, 0}, "trixie"}, {[2]int{3, 0}, [2]int{3, 1}, "bookworm"}},
	"node":   {{[2]int{26, -1}, [2]int{26, 99}, "trixie"}, {[2]int{18, -1}, [2]int{24, 99}, "bookworm"}},
	"python": {{[2]int{3, 9}, [2]int{3, 14}, "trixie"}, {[2]int{3, 8}, [2]int{3, 8}, "bookworm"}},
	"golang": {{[2]int{1, 24}, [2]int{1, 27}, "trixie"}},
}

// variants are words of tags that name neither a version nor a release.
var variants = text.WordSet("latest slim cli fpm apache zts")

// assumeRelease sets the release of the base where its tag names none and moves from one
// to the next: that of the day. It notes the sentence that says so.
func (a *App) assumeRelease() {
	const prefix = image.DockerHub + "/library/"
	version := a.Ref.Version()
	if a.Base.Distribution != image.Debian || a.Base.Codename != "" || len(a.Ref.Name()) <= len(prefix) {
		return
	}
	if len(version) > 2 {
		// Its image was built for the last time before Debian 12 came.
		if first, ok := firstOfBookworm[a.Ref.Name()[len(prefix):]]; ok && !a.Archived() && olderThan(version, first) {
			a.Base.Codename = "bullseye"
		}
		return
	}
	if len(version) == 0 && slices.ContainsFunc(a.Ref.Words(), func(w string) bool { return !variants[w] }) {
		return // node:lts
	}
	list := usualReleases[a.Ref.Name()[len(prefix):]]
	codename := ""
	for k, r := range list {
		switch {
		case len(version) == 0 || len(version) == 1 && version[0] == r.to[0] && r.from[1] >= 0 && k == 0:
			if k == 0 {
				codename = r.codename // the newest
			}
		case len(version) == 2 && !before(version, r.from) && !before(r.to[:], [2]int{version[0], version[1]}),
			len(version) == 1 && r.from[1] < 0 && version[0] >= r.from[0] && version[0] <= r.to[0]:
			codename = r.codename
		}
	}
	if codename == "" {
		return
	}
	a.Base.Codename = codename
	a.Assumed = fmt.Sprintf("%s is of Debian's release %s, as in November 2026; another one has other names for its libraries, and its build says so", text.VisibleLine(a.Ref.Familiar()), codename)
}

// firstOfBookworm are the first releases of versions whose images are on Debian 12: those
// that were the newest of their version when the official images changed to it, or the
// next ones. Older ones stayed on Debian 11.
var firstOfBookworm = map[string][][3]int{
	"python": {{3, 7, 17}, {3, 8, 17}, {3, 9, 17}, {3, 10, 12}, {3, 11, 4}},
	"node":   {{16, 20, 2}, {18, 17, 0}, {20, 5, 0}},
	"ruby":   {{3, 0, 7}, {3, 1, 5}, {3, 2, 3}},
	"golang": {{1, 19, 10}, {1, 20, 5}},
	"php":    {{8, 1, 21}, {8, 2, 8}},
}

// olderThan reports whether a version is older than the first one of its kind in a list.
// The versions of Node.js have one number that counts, those of others two.
func olderThan(v []int, list [][3]int) bool {
	same := 2
	if list[0][0] > 9 {
		same = 1
	}
	for _, first := range list {
		if slices.Equal(v[:same], first[:same]) {
			return slices.Compare(v[:3], first[:]) < 0
		}
	}
	return slices.Compare(v[:3], list[0][:]) < 0
}

func before(v []int, w [2]int) bool {
	return v[0] < w[0] || v[0] == w[0] && len(v) > 1 && v[1] < w[1]
}

// archived are releases whose packages the mirrors no longer have.
var archived = text.WordSet("wheezy jessie stretch buster")

// Archived reports whether the base is of a release of Debian whose packages cannot be
// installed any more: its tag says so, or names a version that ended before the releases
// that are known here.
func (a *App) Archived() bool {
	const prefix = image.DockerHub + "/library/"
	if a.Base.Distribution != image.Debian || a.Base.Codename != "" || !strings.HasPrefix(a.Ref.Name(), prefix) {
		return archived[a.Base.Codename]
	}
	list, version := usualReleases[strings.TrimPrefix(a.Ref.Name(), prefix)], a.Ref.Version()
	if len(list) == 0 || len(version) == 0 {
		return false
	}
	return !slices.ContainsFunc(list, func(r usualRelease) bool { return !before(version, [2]int{r.from[0], max(r.from[1], 0)}) })
}
