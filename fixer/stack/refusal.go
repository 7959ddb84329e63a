package stack

import (
	"fmt"

	"github.com/oakum-sec/oakum/fixer/dockerfile"
)

// A Reason classifies a [Refusal]; the values are stable.
type Reason string

// The reasons for which an application is not given an image of its own.
const (
	Windows          Reason = "windows"            // read, never rewritten
	Trigger          Reason = "onbuild"            // ONBUILD acts in images that are unknown here
	OtherShell       Reason = "shell"              // SHELL names another shell
	VariableBase     Reason = "variable-base"      // the base image depends on an argument
	Unrecognised     Reason = "unrecognised"       // no stack fits the base image
	Disagreement     Reason = "disagreement"       // the base image and the files of the repository differ
	UnknownCommand   Reason = "unknown-command"    // a RUN starts what may write anywhere
	UnknownOutput    Reason = "unknown-output"     // what a build writes is not known
	UnknownPackage   Reason = "unknown-package"    // whether a package is needed when running is not known
	UnknownStart     Reason = "unknown-start"      // what the container starts is not known
	DevelopmentStart Reason = "development-server" // it starts what is for development
	UsedInPlace      Reason = "used-in-place"      // a service mounts the sources over the image
	GlobalInstall    Reason = "global-install"     // a tool is installed where it is not copied from
	SystemInstall    Reason = "system-install"     // the interpreter belongs to the distribution
	NoRuntime        Reason = "no-runtime"         // no minimal image of that kind is known
	NoStandalone     Reason = "no-standalone"      // the framework has a way of its own to a small image, which is not chosen
	Workspaces       Reason = "workspaces"         // several projects share what they install
	UnknownPort      Reason = "unknown-port"       // on which port the application listens is not known
	Several          Reason = "several"            // there are several applications, and a person has to say which
	UnknownWorkdir   Reason = "unknown-directory"  // a variable says where the application lies
	BuildAtStart     Reason = "build-at-start"     // the container compiles or installs when it starts
)

// A Refusal says why an application is left as it is, and what would change that.
type Refusal struct {
	Reason   Reason
	At       *dockerfile.Instruction // what it is about; nil for the file
	Text     string                  // a sentence without full stop, safe to show
	Possible string                  // an imperative without full stop: what makes it possible
}

// Error returns the sentence.
func (r *Refusal) Error() string { return r.Text }

// Refuse makes a refusal. possible says, as an imperative, what would make the
// conversion possible.
func Refuse(reason Reason, at *dockerfile.Instruction, possible, format string, args ...any) *Refusal {
	return &Refusal{Reason: reason, At: at, Text: fmt.Sprintf(format, args...), Possible: possible}
}
