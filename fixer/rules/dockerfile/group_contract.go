package dockerfile

import "oakum/fixer"

// Surface are the rules about what an image holds beyond what it needs.
var Surface = []*fixer.Rule{
	PackageCache,
	RecommendedPackages,
	UpdateAlone,
	Sudo,
	WorldWritable,
	DebugTools,
	BuildTools,
	DevDependencies,
	AssumeYes,
	FullBase,
}

// Contract are the rules about how a container of the image starts, stops and
// tells how it is.
var Contract = []*fixer.Rule{
	RepeatedCommand,
	ShellForm,
	RelativeWorkdir,
	RunWithoutShell,
	PipeHidesFailure,
	ShellReplaced,
	StopSignal,
	HealthcheckBinary,
	NoHealthcheck,
	BuildkitCheck,
}
