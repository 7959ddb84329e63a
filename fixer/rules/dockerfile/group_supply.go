package dockerfile

import "oakum/fixer"

// Supply are the rules about where the contents of an image come from.
var Supply = []*fixer.Rule{
	PipeToShell,
	UnverifiedDownload,
	TLSDisabled,
	EndOfLifeBase,
	NpmInstall,
	Upgrade,
	UnconfinedStep,
	WholeCopy,
}
