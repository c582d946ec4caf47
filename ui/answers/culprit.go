package answers

import (
	"errors"
	"strings"

	"slipway/providers"
	"slipway/steps/engine"
)

// Question names what a person was asked.
type Question string

// The questions.
const (
	AskApp   Question = "app"
	AskWhere Question = "where"
	AskToken Question = "token"
	AskName  Question = "name"
	AskTests Question = "tests"
	AskEnv   Question = "variables"
	// AskDomain is asked of servers that the world can reach.
	AskDomain Question = "domain"
)

// culprits are the questions that steps depend on. The steps that are not here depend
// on where the server is.
var culprits = map[string]Question{
	"tests": AskTests, "variables": AskEnv, "certificate": AskDomain,
	"upload": AskApp, "dependencies": AskEnv, "release": AskEnv, "verify": AskEnv,
}

// Culprit is the question whose answer most likely caused an error.
func Culprit(err error, provider string) Question {
	var (
		step    *engine.StepError
		refused *providers.Refused
	)
	_, rents := AccountOf(provider)
	switch {
	case errors.As(err, &refused) && rents:
		return AskToken
	case errors.As(err, &step):
		if q, ok := culprits[step.Step]; ok {
			return q
		}
		return AskWhere
	case About(err) == providers.AboutSetting:
		return AskName
	}
	return AskWhere
}

// About is what has to be said otherwise, as far as the error knows.
func About(err error) providers.Subject {
	if usage, ok := errors.AsType[*providers.Usage](err); ok {
		return usage.About
	}
	return ""
}

// AboutName tells whether another name would avoid the error.
func AboutName(err error) bool {
	var usage *providers.Usage
	return errors.As(err, &usage) && strings.Contains(usage.Next, "--name")
}
