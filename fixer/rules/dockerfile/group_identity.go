package dockerfile

import "oakum/fixer"

// Identity are the rules about who an image runs as and what it tells.
var Identity = []*fixer.Rule{
	NamedUser,
	CopyAfterUser,
	SensitiveCopy,
	SecretInRun,
	LoginAccount,
	SparseLoginLog,
	SystemWorkdir,
	LostGroups,
	SetuidProgram,
	LowPort,
}
