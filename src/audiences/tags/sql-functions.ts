/**
 * Functions that a tag's query may call, in lower case: arithmetic, comparison, text, dates, arrays, JSON, aggregates and
 * windows. Nothing that reads files, dictionaries, other servers, settings or the engine itself, and nothing that waits.
 */
export const allowedFunctions: ReadonlySet<string> = new Set(
  `plus minus multiply divide intdiv intdivorzero modulo moduloorzero positivemodulo negate abs gcd lcm
   equals notequals less lessorequals greater greaterorequals in notin globalin globalnotin between like notlike ilike notilike
   and or not xor if multiif coalesce ifnull nullif isnull isnotnull assumenotnull tonullable isfinite isnan isinfinite greatest least
   round floor ceil ceiling trunc truncate rounddown roundbankers exp log ln log2 log10 sqrt cbrt pow power sign
   length lengthutf8 empty notempty lower upper lowerutf8 upperutf8 reverse reverseutf8 concat concatwithseparator substring substringutf8 substr left right trim trimleft trimright
   trimboth ltrim rtrim position positionutf8 positioncaseinsensitive startswith endswith match extract extractall replace replaceone replaceall
   replaceregexpone replaceregexpall splitbychar splitbystring arraystringconcat leftpad rightpad format multisearchany countsubstrings
   tostring toint8 toint16 toint32 toint64 touint8 touint16 touint32 touint64 tofloat32 tofloat64 todecimal32 todecimal64 tobool
   toint32ornull toint64ornull touint32ornull touint64ornull tofloat64ornull tofloat32ornull tofloat64orzero toint64orzero
   cast _cast accuratecastornull tofixedstring tolowcardinality totypename
   now now64 today yesterday todate todate32 todatetime todatetime64 todateornull todatetimeornull parsedatetimebesteffort parsedatetimebesteffortornull
   toyear tomonth toquarter todayofmonth todayofweek todayofyear tohour tominute tosecond tostartofday tostartofweek tostartofmonth tostartofquarter
   tostartofyear tostartofhour tostartofminute tostartofinterval tomonday toyyyymm toyyyymmdd tounixtimestamp tounixtimestamp64milli fromunixtimestamp fromunixtimestamp64milli
   datediff date_diff dateadd datesub adddays addhours addweeks addmonths addyears addminutes addseconds subtractdays subtracthours subtractweeks subtractmonths subtractyears age
   totimezone formatdatetime tointervalsecond tointervalminute tointervalhour tointervalday tointervalweek tointervalmonth tointervalquarter tointervalyear
   array arrayelement arrayconcat arrayslice arraysort arrayreversesort arraymap arrayfilter arrayexists arrayall arraycount arraysum arrayavg arraymin arraymax
   arraydistinct arrayuniq arrayjoin has hasany hasall indexof arrayenumerate arrayzip arrayfirst arraylast arraydifference arraycumsum arrayreverse arraycompact range
   tuple tupleelement untuple map mapkeys mapvalues mapcontains lambda identity transform
   jsonextract jsonextractstring jsonextractint jsonextractuint jsonextractfloat jsonextractbool jsonextractraw jsonextractarrayraw jsonextractkeys jsonhas jsonlength jsontype
   visitparamextractstring visitparamextractint simplejsonextractstring simplejsonextractint simplejsonextractfloat
   count sum avg min max any anylast uniq uniqexact uniqcombined argmin argmax quantile quantileexact quantileexactinclusive quantiles quantilesexactinclusive median medianexact
   stddevpop stddevsamp varpop varsamp grouparray groupuniqarray topk sumwithoverflow corr skewpop kurtpop entropy
   windowfunnel retention sequencematch sequencecount countequal bitand bitor bitxor bitshiftleft bitshiftright bittest
   row_number rank dense_rank first_value last_value nth_value lag lead laginframe leadinframe ntile percent_rank cume_dist exists
   cityhash64 siphash64 xxhash64 intdiv tomodifiedjulianday`
    .split(/\s+/)
    .filter((name) => name !== ''),
)
