package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer/text"
)

// Vulnerabilities are what an installed scanner knows of the images that are named.
type Vulnerabilities struct {
	Scanner string // "trivy"; "" where none is installed
	Missing string // why there is none, as a clause
	Images  []ScannedImage
}

// A ScannedImage is an image with what a scanner knows of it.
type ScannedImage struct {
	Image   string // as people write it
	Places  []Place
	Counts  VulnerabilityCounts
	Failure string // why it was not scanned; "" where it was

	// Instead are images that could take its place as a base.
	Instead []InsteadImage
}

// A Place is where an image is named.
type Place struct {
	File string
	Line int
}

// An InsteadImage is what a scanner knows of an image that could take the place of another.
type InsteadImage struct {
	Image, Why string
	Counts     VulnerabilityCounts
	Failure    string
}

// VulnerabilityCounts are how many vulnerabilities of a severity are known.
type VulnerabilityCounts struct {
	Critical, High, Medium, Low, Unknown int

	Fixable int // of them, those that a newer package does not have
}

func (c VulnerabilityCounts) compare(o VulnerabilityCounts) int {
	return cmp.Or(cmp.Compare(c.Critical, o.Critical), cmp.Compare(c.High, o.High), cmp.Compare(c.Medium, o.Medium), cmp.Compare(c.Low, o.Low))
}

// String lists the severities that there are: "2 critical, 14 high, 3 low (12 with a fix)".
func (c VulnerabilityCounts) String() string {
	var out []string
	for _, n := range []struct {
		n    int
		word string
	}{{c.Critical, "critical"}, {c.High, "high"}, {c.Medium, "medium"}, {c.Low, "low"}, {c.Unknown, "unknown"}} {
		if n.n > 0 {
			out = append(out, fmt.Sprintf("%d %s", n.n, n.word))
		}
	}
	switch {
	case len(out) == 0:
		return "none known"
	case c.Fixable > 0:
		return strings.Join(out, ", ") + fmt.Sprintf(" (%d with a fix)", c.Fixable)
	}
	return strings.Join(out, ", ")
}

// Sort puts the images with the worst vulnerabilities first, and those that were not
// scanned last.
func (v *Vulnerabilities) Sort() {
	slices.SortStableFunc(v.Images, func(a, b ScannedImage) int {
		if failed := (a.Failure != ""); failed != (b.Failure != "") {
			if failed {
				return 1
			}
			return -1
		}
		return cmp.Or(b.Counts.compare(a.Counts), strings.Compare(a.Image, b.Image))
	})
}

// mostPlaces bounds how many places of an image are written.
const mostPlaces = 4

// vulnerabilities writes what a scanner knows of the images.
func (p *printer) vulnerabilities(v *Vulnerabilities) {
	if v == nil {
		return
	}
	if v.Scanner == "" {
		p.field("", "Vulnerabilities of images", "not looked up: "+v.Missing+". Install trivy (https://trivy.dev) or grype (https://github.com/anchore/grype)")
		p.line()
		return
	}
	if len(v.Images) == 0 {
		p.line(p.st.paint(bold, "Vulnerabilities of images"), ": the files name no image that is not built here")
		p.line()
		return
	}
	p.line(p.st.paint(bold, "Vulnerabilities of images"), " (", text.VisibleLine(v.Scanner), ")")
	for _, image := range v.Images {
		said := image.Counts.String()
		if image.Failure != "" {
			said = "not scanned: " + image.Failure
		}
		p.field("  ", image.Image, said)
		for i, at := range image.Places {
			if i == mostPlaces {
				p.line("    ", fmt.Sprintf("and %d more", len(image.Places)-i))
				break
			}
			p.line("    ", p.st.place("", at.File, at.Line))
		}
		for _, other := range image.Instead {
			said := other.Counts.String()
			if other.Failure != "" {
				said = "not scanned: " + other.Failure
			}
			p.field("    ", "with "+other.Image, said+"; "+other.Why)
		}
	}
	p.line()
}

type jsonVulnerabilities struct {
	Scanner string             `json:"scanner,omitempty"`
	Missing string             `json:"missing,omitempty"` // why nothing was looked up
	Images  []jsonScannedImage `json:"images"`
}

type jsonScannedImage struct {
	Image   string        `json:"image"`
	Places  []jsonPlace   `json:"places"`
	Counts  *jsonCounts   `json:"counts,omitempty"`
	Failure string        `json:"failure,omitempty"`
	Instead []jsonInstead `json:"instead"`
}

type jsonPlace struct {
	File string `json:"file"`
	Line int    `json:"line"`
}

type jsonInstead struct {
	Image   string      `json:"image"`
	Why     string      `json:"why"`
	Counts  *jsonCounts `json:"counts,omitempty"`
	Failure string      `json:"failure,omitempty"`
}

type jsonCounts struct {
	Critical int `json:"critical"`
	High     int `json:"high"`
	Medium   int `json:"medium"`
	Low      int `json:"low"`
	Unknown  int `json:"unknown"`
	Fixable  int `json:"fixable"`
}

func (v *Vulnerabilities) json() *jsonVulnerabilities {
	if v == nil {
		return nil
	}
	counts := func(c VulnerabilityCounts, failure string) *jsonCounts {
		if failure != "" {
			return nil
		}
		out := jsonCounts(c)
		return &out
	}
	out := &jsonVulnerabilities{Scanner: v.Scanner, Missing: v.Missing, Images: []jsonScannedImage{}}
	for _, image := range v.Images {
		j := jsonScannedImage{Image: image.Image, Places: []jsonPlace{}, Counts: counts(image.Counts, image.Failure), Failure: image.Failure, Instead: []jsonInstead{}}
		for _, at := range image.Places {
			j.Places = append(j.Places, jsonPlace(at))
		}
		for _, other := range image.Instead {
			j.Instead = append(j.Instead, jsonInstead{other.Image, other.Why, counts(other.Counts, other.Failure), other.Failure})
		}
		out.Images = append(out.Images, j)
	}
	return out
}
