-- title: Campaigns by model family
-- key: campaign
-- family: as the model's card says
-- parameters: stored in the model's file, as its card says
-- score: passes/runs
select campaigns.campaign, family, architecture, campaigns.model, harness, passes, runs, score, cost_per_pass_usd,
       (select value from model_facts where model_facts.model = campaigns.model and fact = 'parameters') as parameters
from run_summary join campaigns using (campaign) join model_cards on model_cards.model = campaigns.model
where suite = 'agentic-core-v1'
order by family, parameters, campaigns.campaign
