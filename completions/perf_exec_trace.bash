# SPDX-License-Identifier: GPL-2.0-or-later
# Completion for bash. The options are those that --help names.

_perf_exec_trace_options()
{
	"$@" --help 2> /dev/null | sed -nE 's/^  (-., |    )(--[a-z-]+).*/\2/p'
}

# What -F takes: "  -F, --format=FMT   A, B or C (A)", behind "with diff: " for one verb of a mode.
_perf_exec_trace_formats()
{
	"$@" --help 2> /dev/null | sed -nE 's/^ +-F, --format=FMT +(.*: )?(.*) \(.*/\2/p' | sed 's/,\| or / /g'
}

# What -b takes: "  -b, --backend=NAME   auto, A or B".
_perf_exec_trace_backends()
{
	"$1" --help 2> /dev/null | sed -nE 's/^ +-b, --backend=NAME +(.*)/\1/p' | sed 's/,\| or / /g'
}

# The last part of the list $2, of the words $1.
_perf_exec_trace_list()
{
	local last=${2##*,}

	compgen -P "${2%"$last"}" -W "$1" -- "$last"
}

# $1: the program, $2: its mode or nothing, $3: the word to complete, $4: the one before it.
_perf_exec_trace_words()
{
	case $4 in
	-F | --format) compgen -W "$(_perf_exec_trace_formats "$1" ${2:+"$2"})" -- "$3" ;;
	-b | --backend) compgen -W "$(_perf_exec_trace_backends "$1")" -- "$3" ;;
	-e | --events) _perf_exec_trace_list 'fork exec exit' "$3" ;;
	-u | --user | --run-as | --sandbox-user) compgen -u -- "$3" ;;
	-o | --output) compgen -f -- "$3" ;;
	--formats) compgen -d -- "$3" ;;
	--env) compgen -W all -- "$3" ;;
	-[dnpPcm] | --duration | --max-events | --pid | --ppid | --name | --cgroup | --mmap-pages | --arg-bytes) ;;
	formats) compgen -W 'list show diff' -- "$3" ;;
	*)
		case $3 in
		-*) compgen -W "$(_perf_exec_trace_options "$1" ${2:+"$2"}) --" -- "$3" ;;
		*)
			case $2 in
			'') compgen -W 'record replay check formats' -- "$3" ;;
			replay | formats) compgen -f -- "$3" ;;
			esac
			;;
		esac
		;;
	esac
}

_perf_exec_trace()
{
	local word=$2 before=$3 mode='' i

	# bash takes --option=value for three words.
	if [[ $word == = ]]; then
		word=
	elif [[ $before == = ]]; then
		before=${COMP_WORDS[COMP_CWORD - 2]}
	fi
	for ((i = 1; i < COMP_CWORD; i++)); do
		if [[ ${COMP_WORDS[i]} == -- ]]; then
			# A COMMAND, which bash-completion knows how to complete.
			if declare -F _command_offset > /dev/null; then
				_command_offset $((i + 1))
			else
				mapfile -t COMPREPLY < <(compgen -c -f -- "$word")
			fi
			return
		fi
	done
	case ${COMP_WORDS[1]} in
	record | replay | check | formats) ((COMP_CWORD > 1)) && mode=${COMP_WORDS[1]} ;;
	esac
	mapfile -t COMPREPLY < <(_perf_exec_trace_words "$1" "$mode" "$word" "$before")
}

complete -o filenames -F _perf_exec_trace perf_exec_trace
