package dockerfile

import (
	"strings"
	"testing"
	"time"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/engine"
	"github.com/oakum-sec/oakum/fixer/timetest"
)

// stepRules look at what steps run and at how a container starts.
var stepRules = []*fixer.Rule{
	PipeToShell, UnverifiedDownload, TLSDisabled, EndOfLifeImage, NpmInstall, PackageUpgrade, InsecureRun, CopyWholeFilesystem,
	PackageCache, RecommendedPackages, UpdateAlone, Sudo, WorldWritable, DebugTools, BuildTools, DevDependencies,
	AssumeYes, FullBase, DuplicateInstruction, ShellForm, RelativeWorkdir, RunWithoutShell, MissingPipefail,
	BinShRelinked, StopSignal, HealthcheckCommandMissing, NoHealthcheck, BuildkitCheck,
}

// TestLargeSteps holds the rules about steps to a time that a person does not
// notice, on files as large as they are read, with something to find in every
// line.
func TestLargeSteps(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: the bounds are in seconds, and a race run is many times slower")
	}
	for name, src := range map[string]string{
		"installs": "FROM node:24\n" + strings.Repeat("RUN npm ci && npm install\n", 1900) + "CMD [\"node\",\"a.js\"]\n",
		"commands": "FROM node:24\nRUN " + strings.Repeat("npm ci; bundle install;", 2500) + "\nCMD [\"node\",\"a.js\"]\n",
		"stages":   strings.Repeat("FROM node:24 AS a\nRUN npm ci\nFROM a\nCOPY --from=a /a /\n", 240),
		"no-shell": "FROM scratch\n" + strings.Repeat("RUN a\n", 1900),
		"pipe":     "FROM debian:13\nRUN curl " + strings.Repeat("| tee ", 5000) + "\n",
		"pipes":    "FROM debian:13\nRUN " + strings.Repeat("curl a | tee b;", 3000) + "\n",
		"packages": "FROM debian:13\n" + strings.Repeat("RUN apt-get install a; ln -s /bin/bash /bin/sh\n", 1900),
		"env":      "FROM node:24\n" + strings.Repeat("ENV A=b\n", 900) + strings.Repeat("RUN npm ci\n", 900),
	} {
		for _, r := range stepRules {
			t.Run(name+"/"+r.Name, func(t *testing.T) {
				snap := fixer.NewSnapshot([]fixer.Source{{Path: "Dockerfile", Kind: fixer.Dockerfile, Data: []byte(src)}})
				timetest.Within(t, 5*time.Second, func() { engine.Check(snap, nil, []*fixer.Rule{r}) })
			})
		}
	}
}
