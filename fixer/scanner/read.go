package scanner

import (
	"encoding/json"
	"errors"
	"strings"
)

// Counts are how many vulnerabilities of a severity are known, each counted once
// however many packages have it.
type Counts struct {
	Critical, High, Medium, Low, Unknown int

	Fixable int // of them, those that a newer package does not have
}

// All is the number of vulnerabilities.
func (c Counts) All() int { return c.Critical + c.High + c.Medium + c.Low + c.Unknown }

// maxReport bounds the report on one image, in bytes; a variable for tests.
var maxReport = 64 << 20

// trivyReport and grypeReport are what is read of the reports.
type trivyReport struct {
	SchemaVersion int
	Results       []struct {
		Vulnerabilities []struct {
			VulnerabilityID, Severity, FixedVersion string
		}
	}
}

type grypeReport struct {
	Matches *[]struct {
		Vulnerability struct {
			ID, Severity string
			Fix          struct{ State string }
		}
	}
}

// read counts what a scanner reports.
func read(scanner string, data []byte) (Counts, error) {
	if len(data) == 0 {
		return Counts{}, errors.New("it printed nothing")
	}
	t := tally{}
	if scanner == "grype" {
		var report grypeReport
		if err := json.Unmarshal(data, &report); err != nil || report.Matches == nil {
			return Counts{}, errNotReport
		}
		for _, m := range *report.Matches {
			t.add(m.Vulnerability.ID, m.Vulnerability.Severity, m.Vulnerability.Fix.State == "fixed")
		}
		return t.counts(), nil
	}
	var report trivyReport
	if err := json.Unmarshal(data, &report); err != nil || report.SchemaVersion == 0 {
		return Counts{}, errNotReport
	}
	for _, result := range report.Results {
		for _, v := range result.Vulnerabilities {
			t.add(v.VulnerabilityID, v.Severity, v.FixedVersion != "")
		}
	}
	return t.counts(), nil
}

var errNotReport = errors.New("it printed no report that can be read")

// A tally is the worst that was said of each vulnerability.
type tally map[string]vulnerability

type vulnerability struct {
	rank    int // of severities
	fixable bool
}

// severities in their order; others count as unknown. Grype's negligible is low.
var severities = map[string]int{"negligible": 1, "low": 1, "medium": 2, "high": 3, "critical": 4}

func (t tally) add(id, severity string, fixable bool) {
	if id == "" {
		return
	}
	v := t[id]
	v.rank = max(v.rank, severities[strings.ToLower(severity)])
	v.fixable = v.fixable || fixable
	t[id] = v
}

func (t tally) counts() (c Counts) {
	for _, v := range t {
		*[]*int{&c.Unknown, &c.Low, &c.Medium, &c.High, &c.Critical}[v.rank]++
		if v.fixable {
			c.Fixable++
		}
	}
	return c
}
