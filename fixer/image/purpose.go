package image

import (
	"encoding/json"
	"fmt"
)

// A Purpose is what an image is for, as far as it decides who has to reach it.
type Purpose string

// The purposes that purposes.yaml knows. "" is any other.
const (
	PurposeData       Purpose = "data"       // keeps data for other services
	PurposeConsole    Purpose = "console"    // a user interface to data or mail of other services
	PurposeManagement Purpose = "management" // a user interface that administers containers or their host
	PurposeMonitor    Purpose = "monitor"    // collects or offers metrics, traces or logs
	PurposeProxy      Purpose = "proxy"      // takes requests from outside and hands them on
)

// purposes is the part of the table about what images are for.
type purposes struct {
	Purposes []purposeOf `json:"purposes"`

	byFamily, byRepo map[string]Purpose
}

type purposeOf struct {
	Purpose  Purpose         `json:"purpose"`
	Families []string        `json:"families"`
	Repos    []purposeOfRepo `json:"repos"`
}

// A purposeOfRepo is a repository of no family, with the project that says what it is.
type purposeOfRepo struct {
	Repo   string `json:"repo"`
	Source string `json:"source"`
}

func decodePurposes(data []byte) (*purposes, error) {
	p := &purposes{byFamily: map[string]Purpose{}, byRepo: map[string]Purpose{}}
	if err := json.Unmarshal(data, p); err != nil {
		return nil, fmt.Errorf("image table: purposes: %w", err)
	}
	for _, list := range p.Purposes {
		for _, id := range list.Families {
			p.byFamily[id] = list.Purpose
		}
		for _, r := range list.Repos {
			p.byRepo[r.Repo] = list.Purpose
		}
	}
	return p, nil
}

// Purpose returns what the image is for, "" where the table does not say. The family
// counts, and that of an image which only has the name of one.
func (k *Knowledge) Purpose() Purpose {
	if k == nil || k.Err != nil {
		return ""
	}
	t := loadTable().purposes()
	if p := t.byRepo[k.Ref.resolveMirror().Name()]; p != "" {
		return p
	}
	if k.Entry == nil {
		return ""
	}
	return t.byFamily[k.Entry.ID]
}
