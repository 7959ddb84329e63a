package stack

import (
	"encoding/json"
	"path"
	"slices"
	"strings"
)

// An angularProject is what counts here of a project in angular.json.
type angularProject struct {
	Architect map[string]angularTarget `json:"architect"`
	Targets   map[string]angularTarget `json:"targets"`
}

type angularTarget struct {
	Builder        string          `json:"builder"`
	Options        angularOptions  `json:"options"`
	Configurations json.RawMessage `json:"configurations"`
}

type angularOptions struct {
	OutputPath json.RawMessage `json:"outputPath"`
	OutputMode string          `json:"outputMode"`
	SSR        json.RawMessage `json:"ssr"`
}

// angularOutput is the directory, as seen from that of the project, into which ng build
// writes the pages, given its arguments; "" where angular.json does not say so.
func (a *App) angularOutput(args []string) string {
	m, ok := a.Manifest("angular.json")
	if !ok {
		return ""
	}
	var file struct {
		DefaultProject string                    `json:"defaultProject"`
		Projects       map[string]angularProject `json:"projects"`
	}
	if json.Unmarshal(m.Data, &file) != nil {
		return ""
	}
	name, given := file.DefaultProject, ""
	for k := 0; k < len(args); k++ {
		option, value, joined := strings.Cut(args[k], "=")
		switch {
		case slices.Contains([]string{"--output-path", "--outputPath"}, option):
			if !joined && k+1 < len(args) {
				k++
				value = args[k]
			}
			given = value
		case option == "--configuration" || option == "-c":
			if !joined {
				k++
			}
		case !strings.HasPrefix(args[k], "-"):
			name = args[k]
		}
	}
	if len(file.Projects) == 1 {
		for only := range file.Projects {
			name = only
		}
	}
	p, ok := file.Projects[name]
	if !ok {
		return ""
	}
	target, ok := p.Architect["build"]
	if !ok {
		target = p.Targets["build"]
	}
	_, builder, _ := strings.Cut(target.Builder, ":")
	var base, browser string
	var places struct {
		Base    string  `json:"base"`
		Browser *string `json:"browser"`
	}
	switch {
	case strings.Contains(string(target.Configurations), "outputPath") || target.Options.OutputMode == "server":
		return "" // another place for some configurations, or a server
	case len(target.Options.OutputPath) == 0:
		base = path.Join("dist", name)
	case json.Unmarshal(target.Options.OutputPath, &base) == nil:
	case json.Unmarshal(target.Options.OutputPath, &places) == nil:
		base = places.Base
	}
	if given != "" {
		base = given
	}
	if base == "" || strings.Contains(base, "..") || path.IsAbs(base) {
		return ""
	}
	switch builder {
	case "application":
		browser = "browser"
		if places.Browser != nil && given == "" {
			browser = *places.Browser
		}
	case "browser", "browser-esbuild":
	default:
		return ""
	}
	return path.Join(base, browser)
}
