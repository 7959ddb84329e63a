package cross

import "oakum/fixer"

// Workload lists the rules about what a workload asks of the cluster that need
// more than one file to judge.
var Workload = []*fixer.Rule{
	ServiceAccountToken,
	DefaultServiceAccount,
}
