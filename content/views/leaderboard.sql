-- title: Every campaign on agentic-core-v1
-- key: campaign
-- passes: runs that passed
-- runs: scored runs
-- score: passes/runs
-- pass_rate: passes over runs, 0 to 1
-- pass_rate_low: 95 % interval, runs clustered by task
-- pass_rate_high: 95 % interval, runs clustered by task
-- cost_per_pass_usd: US dollars; empty where no price is known or nothing passed
select campaigns.campaign, model, harness, origin, passes, runs, score, pass_rate, pass_rate_low, pass_rate_high,
       cost_per_pass_usd, latency_p50_s
from run_summary join campaigns using (campaign)
where suite = 'agentic-core-v1'
order by pass_rate desc, campaigns.campaign
