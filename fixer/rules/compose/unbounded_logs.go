package compose

import (
	_ "embed"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/compose"
	"github.com/oakum-sec/oakum/fixer/text"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

//go:embed unbounded_logs.md
var unboundedLogsDoc string

// UnboundedLogs reports services whose logs may fill the disk of the host.
var UnboundedLogs = &fixer.Rule{
	Name:     "compose/unbounded-logs",
	Title:    "logs without a size limit",
	Severity: fixer.Low,
	Kind:     fixer.Compose,
	Phase:    fixer.Resources,
	After:    []string{"compose/no-pids-limit", "compose/logging-off"},
	References: []fixer.Reference{
		{Source: fixer.DockerDocs, ID: "json-file logging driver", Link: "https://docs.docker.com/engine/logging/drivers/json-file/"},
		{Source: fixer.OWASPDocker, ID: "rule 7"},
		attackExhaustion,
	},
	Params: []fixer.Param{paramLogSize, paramLogFiles},
	Doc:    unboundedLogsDoc,
	Check: func(p *fixer.Pass) {
		if compose.IsOverride(p.File.Path) {
			return
		}
		var open []unlimited
		for _, v := range services(p) {
			if len(v.Bases) == 0 && logsGrow(v) && unwritable(v, "logging") == "" {
				open = append(open, unlimited{View: v})
			}
		}
		if len(open) > 0 {
			reportLogs(p, open)
		}
	},
}

// What a service keeps of its logs by default: enough to look into a failure.
const (
	defaultLogSize  = "10m"
	defaultLogFiles = "3"
)

var (
	paramLogSize  = fixer.Param{Name: "max-size", Meaning: "size of one log file, as in 10m", Default: defaultLogSize, Assumed: true, Validate: validLogSize}
	paramLogFiles = fixer.Param{Name: "max-file", Meaning: "number of log files, from 1 to 1000", Default: defaultLogFiles, Assumed: true, Validate: validLogFiles}
	logSize       = text.Regexp(`^[1-9][0-9]{0,8}[kmg]$`)
)

func validLogSize(s string) error {
	if !logSize().MatchString(s) {
		return errors.New("a number with the unit k, m or g")
	}
	return nil
}

func validLogFiles(s string) error {
	if n, err := strconv.Atoi(s); err != nil || n < 1 || n > 1000 || strconv.Itoa(n) != s {
		return errors.New("a number from 1 to 1000")
	}
	return nil
}

// logsGrow reports whether the logs of a service go to json-file, which Docker takes
// unless its configuration says otherwise, without a limit.
func logsGrow(v compose.View) bool {
	driver, options := v.Field("logging", "driver").Node, v.Field("logging", "options").Node
	if driver.Null() && options.Null() {
		return v.Setting("logging").Node.Null()
	}
	if own := v.Node.Own("logging"); own == nil || own.Kind == yamldoc.Alias || own.Anchor() != "" || own.Own("options") == nil && !options.Null() {
		return false // a value of its own would take the place of what it shares
	}
	return driver.Text() == "json-file" && options.Get("max-size").Null()
}

// reportLogs reports all services of a file at once: nobody decides about each alone.
func reportLogs(p *fixer.Pass, open []unlimited) {
	first := open[0]
	f := fixer.Finding{
		Path:    "services: logging",
		Message: fmt.Sprintf("Service %q has no limit for its logs, which grow until the disk of the host is full", first.Name),
		Evidence: []fixer.Evidence{{Kind: fixer.FromPlatform, Source: "Docker",
			Text: "The default logging driver json-file has no size limit, unless the configuration of the Docker daemon sets one"}},
	}
	title := "Limit the logs to " + defaultLogFiles + " files of " + defaultLogSize
	if len(open) > 1 {
		f.Message = fmt.Sprintf("%d services have no limit for their logs, which grow until the disk of the host is full", len(open))
		f.Evidence = append(f.Evidence, fixer.Evidence{Kind: fixer.FromCompose, Place: p.File.Path, Text: "No limit is set for " + someNames(open)})
		title += fmt.Sprintf(" for each of %d services", len(open))
	}
	params := []fixer.Param{paramLogSize, paramLogFiles}
	if own := ownLimit(p.File, open); own != nil {
		title, params = fmt.Sprintf("Limit the logs as &%s says for each of %d services", own.Anchor(), len(open)), nil
	}
	f.Fixes = []fixer.Fix{{
		ID: "limit", Level: fixer.Review, Title: title, Params: params,
		Breaks: "Older log lines are deleted. Logs no longer go to the driver that the configuration of the Docker daemon names, such as journald",
		Verify: `docker inspect --format '{{json .HostConfig.LogConfig}}' "$(` + first.CLI() + " ps -q " + text.ShellWord(first.Name) + `)"` + "\nprints max-size and max-file",
		Edit:   func(d *fixer.Draft) error { return limitAll(d, open) },
	}}
	report(p, first.View, nil, f)
}

// manyServices is how many services make one value that they share shorter, and easier to
// change, than one in each.
const manyServices = 4

// sharedLogs is the name of the key and of the anchor that hold the limits of many services.
const (
	sharedLogsKey    = "x-logging"
	sharedLogsAnchor = "default-logging"
)

// limitAll limits the logs of services: with an alias where the file has limits that can
// be shared, or many services, and in the service itself where it has settings of its own.
func limitAll(d *fixer.Draft, open []unlimited) error {
	file := d.Snapshot.File(d.File)
	all := open
	open = slices.DeleteFunc(slices.Clone(all), func(v unlimited) bool { return givenByOthers(v, all, "logging") })
	places, each := sharedPlaces(file, open)
	own := ownLimit(file, open)
	if own == nil && (len(places) < manyServices || !takesExtensions(file)) {
		each, places = open, nil
	}
	if len(places) > 0 {
		change, err := shareLimits(d, file.YAML.Docs[0], own, places)
		switch {
		case err == nil:
			d.At(d.File).Text(0, change.Edits, change.Paths...)
		case own != nil:
			return err
		default: // the names are taken
			each = open
		}
	}
	for _, v := range each {
		if err := limitLogs(d, v.View); err != nil {
			return err
		}
	}
	return nil
}

// shareLimits gives the places an alias of limits that the file has, or gets.
func shareLimits(d *fixer.Draft, doc *yamldoc.Doc, own *yamldoc.Node, places []yamldoc.Path) (yamldoc.Change, error) {
	if own != nil {
		return doc.Use(own, places)
	}
	return doc.Share(sharedLogsKey, sharedLogsAnchor, yamldoc.Map{
		{Key: "driver", Value: "json-file"},
		{Key: "options", Value: yamldoc.Map{{Key: "max-size", Value: d.Param("max-size")}, {Key: "max-file", Value: d.Param("max-file")}}},
	}, "services", places)
}

// sharedPlaces returns where services of a file can take their logging from an anchor, and
// the services that cannot.
func sharedPlaces(file *fixer.File, open []unlimited) (places []yamldoc.Path, each []unlimited) {
	for _, v := range open {
		part, taken := v.Place("logging")
		if part.File != file.Path || part.Doc != file.YAML.Docs[0] || taken.Node != nil || part.Shared() != nil || !v.Setting("logging").Node.Null() {
			each = append(each, v)
			continue
		}
		places = append(places, part.Path.Join("logging"))
	}
	return places, each
}

// ownLimit returns an anchor of the file itself that holds the limits of logs, before the
// services, which all of them can take over; nil for none.
func ownLimit(file *fixer.File, open []unlimited) *yamldoc.Node {
	if len(file.YAML.Docs) != 1 {
		return nil
	}
	doc := file.YAML.Docs[0]
	if places, each := sharedPlaces(file, open); len(places) == 0 || len(each) > 0 {
		return nil
	}
	services := doc.Root.Get("services")
	for _, e := range doc.Root.Entries() {
		n := e.Value
		if n.Anchor() == "" || n.Start > services.Start || doc.Anchored(n.Anchor()) != n {
			continue
		}
		if n.Get("driver").Text() == "json-file" && !n.Get("options").Get("max-size").Null() {
			return n
		}
	}
	return nil
}

// takesExtensions reports whether all readers of a file take a key x-… at its top: those
// that go by the version do so from 3.4 and 2.1 on.
func takesExtensions(file *fixer.File) bool {
	if len(file.YAML.Docs) != 1 {
		return false
	}
	major, minor, said := versionIn(file.YAML.Docs[0].Root)
	return !said || major > 3 || major == 3 && minor >= 4 || major == 2 && minor >= 1
}

// limitLogs names the driver with the options: another one that the daemon takes by
// default may not know them, and no container would start.
func limitLogs(d *fixer.Draft, v compose.View) error {
	return write(d, v, "logging", func(part compose.Part) []yamldoc.Op {
		at := part.Path.Join("logging")
		var ops []yamldoc.Op
		if part.Node.Get("logging").Get("driver").Null() {
			ops = append(ops, yamldoc.Set(at.Join("driver"), "json-file"))
		}
		return append(ops, logOptions(d, at)...)
	})
}

func logOptions(d *fixer.Draft, at yamldoc.Path) []yamldoc.Op {
	return []yamldoc.Op{
		yamldoc.Set(at.Join("options", "max-size"), d.Param("max-size")),
		yamldoc.Set(at.Join("options", "max-file"), d.Param("max-file")),
	}
}
