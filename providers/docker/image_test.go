package docker

import (
	"fmt"
	"slices"
	"testing"

	api "github.com/moby/moby/api/types/image"

	"slipway/providers"
)

// TestStepTags: each stage's newest step gets a name, whatever the pieces are in which
// the engine's answer comes; what a stage begins with does not.
func TestStepTags(t *testing.T) {
	const stream = `{"stream":"Step 1/7 : FROM python:3.13-slim AS build"}` + "\r\n" +
		`{"stream":"\n"}` + "\r\n" + `{"stream":" ---\u003e aaaaaaaaaaaa\n"}` + "\r\n" +
		`{"stream":"Step 2/7 : RUN echo ' ---\u003e 111111111111'"}` + "\r\n" +
		`{"stream":" ---\u003e Using cache\n"}` + "\r\n" + `{"stream":" ---\u003e bbbbbbbbbbbb\n"}` + "\r\n" +
		`{"stream":" ---\u003e Running in cccccccccccc\n"}` + "\r\n" + `{"stream":" ---\u003e dddddddddddd\n"}` + "\r\n" +
		`{"stream":"Step 5/7 : FROM build"}` + "\r\n" + `{"stream":" ---\u003e dddddddddddd\n"}` + "\r\n" +
		`{"stream":"Step 6/7 : FROM python:3.13-slim"}` + "\r\n" + `{"stream":" ---\u003e aaaaaaaaaaaa\n"}` + "\r\n" +
		`{"stream":" ---\u003e eeeeeeeeeeee\n"}` + "\r\n"
	want := []string{"1 bbbbbbbbbbbb", "1 dddddddddddd", "3 eeeeeeeeeeee"}
	for _, piece := range []int{1, 7, len(stream)} {
		var got []string
		steps := &stepTags{name: func(stage int, id string) { got = append(got, fmt.Sprint(stage, " ", id)) }}
		for part := range slices.Chunk([]byte(stream), piece) {
			if n, err := steps.Write(part); n != len(part) || err != nil {
				t.Fatal(n, err)
			}
		}
		if !slices.Equal(got, want) || steps.stage != 3 {
			t.Errorf("in pieces of %d: %v, %d stages", piece, got, steps.stage)
		}
	}
}

// TestImagesOf: what a build that was ended left is found by its label, from its end, and
// nobody else's is.
func TestImagesOf(t *testing.T) {
	spec := providers.Spec{Tag: "slipway-shop-1"}
	mine := map[string]string{labelTag: spec.Tag}
	none := []string{"<none>:<none>"}
	names, nameless := imagesOf(spec, []api.Summary{
		{ID: "base", RepoTags: []string{"python:3.13-slim"}},
		{ID: "step", ParentID: "base", RepoTags: []string{"slipway-shop-1:steps-1", "keep:me"}},
		{ID: "later", ParentID: "step", RepoTags: none, Labels: mine}, {ID: "left", ParentID: "later", Labels: mine},
		{ID: "somebody's", ParentID: "step", RepoTags: none},
		{ID: "labelled", ParentID: "base", Labels: mine},
		{ID: "release", RepoTags: []string{"slipway-shop-1:r1", "slipway-shop-1:front"}, Labels: mine},
		{ID: "other", ParentID: "base", RepoTags: []string{"slipway-shop-11:r1"}},
		{ID: "others", ParentID: "other", RepoTags: none}, {ID: "alone", RepoTags: none},
	})
	if want := []string{"slipway-shop-1:front", "slipway-shop-1:r1", "slipway-shop-1:steps-1"}; !slices.Equal(names, want) {
		t.Errorf("names: %v", names)
	}
	if want := []string{"labelled", "left"}; !slices.Equal(nameless, want) {
		t.Errorf("without a name: %v", nameless)
	}
}

// TestLabelStages: each stage gets the label, and nothing else that looks like one does.
func TestLabelStages(t *testing.T) {
	const before = "# FROM x\nARG A=1\nFROM python AS build\nRUN echo \\\n  FROM here\nfrom build"
	const after = "# FROM x\nARG A=1\nFROM python AS build\nLABEL a=b\nRUN echo \\\n  FROM here\nfrom build\nLABEL a=b\n"
	if got := labelStages(before, "LABEL a=b"); got != after {
		t.Errorf("got %q", got)
	}
}
